// Numbers of 113 bits, the references for functions of 53: glibc's _Float128. Before 2.37 glibc hides it from clang,
// which has the type under another name.
#pragma once

#include <math.h>

namespace linden {

#if defined(__clang__) && !__HAVE_FLOAT128

using Quad = __float128;

extern "C" {
Quad acosf128(Quad);
Quad erff128(Quad);
Quad expf128(Quad);
Quad expm1f128(Quad);
Quad fabsf128(Quad);
Quad frexpf128(Quad, int*);
Quad ldexpf128(Quad, int);
Quad lgammaf128(Quad);
Quad log1pf128(Quad);
Quad logf128(Quad);
Quad powf128(Quad, Quad);
Quad roundevenf128(Quad);
Quad tanf128(Quad);
Quad tanhf128(Quad);
}

#else

using Quad = _Float128;

#endif

}  // namespace linden
