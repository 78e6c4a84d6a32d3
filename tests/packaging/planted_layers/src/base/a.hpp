#include "ops/b.hpp"
