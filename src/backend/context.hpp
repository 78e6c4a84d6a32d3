// What every kernel is handed: where to run. (A stream joins the arena with the CUDA backend.)
#pragma once

#include "base/parallel.hpp"

namespace linden {

struct Context {
  Arena& arena;
};

}  // namespace linden
