#include "cpu/loss/row_tile.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

void differentiate(RowTile& tile, std::int32_t seed, CurvatureRule rule, const Majoriser& majoriser) {
  tile.differentiate(seed, rule, majoriser);
}

LINDEN_LEVEL_END
}  // namespace linden
