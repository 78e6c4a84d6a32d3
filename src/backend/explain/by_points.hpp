// One of several walks, each compiled for a number of points.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Calls f.template operator()<points>(): for the numbers of points that walks are compiled for, and else <0>.
template <class F>
LINDEN_HD void by_points(std::int32_t points, const F& f) {
  switch (points) {
    case 1: return f.template operator()<1>();
    case 2: return f.template operator()<2>();
    case 3: return f.template operator()<3>();
    case 4: return f.template operator()<4>();
    case 5: return f.template operator()<5>();
    case 6: return f.template operator()<6>();
    default: return f.template operator()<0>();
  }
}

LINDEN_LEVEL_END
}  // namespace linden
