// What pairs of features do together, for the rows of a tile (backend/explain/pair_walk.hpp).
#include "backend/explain/by_points.hpp"
#include "backend/explain/pair_walk.hpp"
#include "cpu/explain/steps.hpp"
#include "cpu/explain/tiles.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

void interactions(Context& context, const ExplainTask& task) {
  const ExplainView& program = task.program;
  const std::int64_t places = pair_count(task.forest.features);
  each_explain_tile(context, task, static_cast<std::byte*>(task.scratch),
                    [&](const TileMemory& memory, std::int64_t begin, std::int64_t end) {
                      RowLanes lanes(task.forest, memory.walk);
                      for (std::int32_t t = 0; t < program.tree_count; ++t) {
                        const ExplainTree& tree = program.trees[t];
                        lanes.set_points(tree.points);
                        by_points(tree.points, [&]<int points>() {
                          for (std::int64_t i = begin; i < end; i += pack_lanes) {
                            lanes.set_rows(memory.values + (i - begin), memory.tile);
                            for (std::int32_t k = 0; k < program.width; ++k) {
                              const std::int32_t output = tree.output < 0 ? k : tree.output;
                              lanes.set_sums(task.sums + output * places * task.stride + i, task.stride);
                              pair_walk<points>(lanes, task.forest, program, t, k);
                            }
                          }
                        });
                      }
                    });
}

LINDEN_LEVEL_END
}  // namespace linden
