// Mills' ratio of the normal distribution: what is left of it above z, over its density at z. The tails of the normal
// distribution come of it without underflow: log(1 - Phi(z)) = log(phi(z)) + log(ratio).
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/special.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace math {

/// exp(z^2 / 2) times the integral of exp(-t^2 / 2) from z on, for z >= 0, infinity included (0): within 2 units in the
/// last place. (1 + z) times it goes from sqrt(pi / 2) to 1, and is smooth in t = (z - 3) / (z + 3): a sum of Chebyshev
/// polynomials up to degree 27, off by 2^-56, written in powers of t.
LINDEN_HD_LONG double mills_ratio(double z) {
  const double bounded = z > 0x1p1000 ? 0x1p1000 : z;
  const double t = (bounded - 3.0) / (bounded + 3.0);
  const double scaled =
      polynomial(t, t * t, 0x1.37e684ee8e185p+0, -0x1.ef86fea1692e6p-3, -0x1.516c5de8ef975p-5, 0x1.cfb453ed6edf3p-4,
                 -0x1.d2bc724fa5785p-5, 0x1.7d6071e05e747p-9, 0x1.ee5883e431c43p-8, -0x1.d221331436c3bp-11,
                 -0x1.5577963a70244p-10, 0x1.6df824b630ec4p-15, 0x1.115e755ddc55ap-12, 0x1.6eb40a67e39b0p-15,
                 -0x1.7ed450377495fp-15, -0x1.84871816788e4p-16, 0x1.a4542a0e62ea7p-19, 0x1.c7cc91fb7113dp-18,
                 0x1.01cd2378ed433p-19, -0x1.fa86cce8c685bp-21, -0x1.0643ff0fc4882p-20, -0x1.cad9d837a9a44p-23,
                 0x1.c1b330f5d211dp-23, 0x1.727eafe826b55p-23, -0x1.5726a2156d06ap-29, -0x1.b9028b1c7fa5bp-25,
                 -0x1.52b0e67aa0029p-27, 0x1.123e99b47d92ep-27, 0x1.e6fcf1eee2b7ep-30, -0x1.169182eefc7a9p-31);
  return z > 0x1p1000 ? 0.0 : scaled / (1.0 + bounded);
}

}  // namespace math
LINDEN_LEVEL_END
}  // namespace linden
