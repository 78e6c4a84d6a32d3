// Rows that end in the same leaves.
#include <algorithm>
#include <linden/neighbours.hpp>
#include <linden/options.hpp>
#include <numeric>
#include <vector>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/parallel.hpp"

namespace linden {
namespace {

constexpr const char* where = "neighbours";

// Training rows by leaf: those of leaf l of tree t are row[first[start[t] + l]] up to the next, ascending.
struct LeafRows {
  std::vector<std::size_t> start, first;
  std::vector<std::int32_t> row;
};

LeafRows rows_by_leaf(const BoostedModel& model, const Tensor& leaves) {
  const auto rows = static_cast<std::size_t>(leaves.size(0)), trees = static_cast<std::size_t>(leaves.size(1));
  const auto of = leaves.span<const std::int32_t>();
  LeafRows found;
  found.start.push_back(0);
  for (const Tree& tree : model.trees())
    found.start.push_back(found.start.back() + static_cast<std::size_t>(tree.leaves()));
  found.first.resize(found.start.back() + 1);
  found.row.resize(rows * trees);
  for (std::size_t i = 0; i < of.size(); ++i)
    ++found.first[found.start[i % trees] + static_cast<std::size_t>(of[i]) + 1];
  std::partial_sum(found.first.begin(), found.first.end(), found.first.begin());
  std::vector<std::size_t> next(found.first.begin(), found.first.end() - 1);
  for (std::size_t i = 0; i < of.size(); ++i)
    found.row[next[found.start[i % trees] + static_cast<std::size_t>(of[i])]++] = static_cast<std::int32_t>(i / trees);
  return found;
}

}  // namespace

Neighbours neighbours(const BoostedModel& model, const Dataset& train, const Dataset& rows,
                      const NeighbourOptions& options) try {
  if (options.count < 1) fail<ArgumentError>("{}: .count is {}; it must be 1 or more.", where, options.count);
  if (model.trees().empty()) fail<ArgumentError>("{}: the model has no trees.", where);
  if (train.rows() == 0) fail<ArgumentError>("{}: the training data has no rows.", where);
  const PredictOptions leaves{.output = Output::leaf, .threads = options.threads, .device = options.device};
  const LeafRows known = rows_by_leaf(model, model.predict(train, leaves));
  const Tensor asked = model.predict(rows, leaves);
  const auto all = static_cast<std::size_t>(train.rows()), trees = model.trees().size();
  const std::size_t count = std::min(all, static_cast<std::size_t>(options.count));
  Neighbours found{Tensor::empty({rows.rows(), static_cast<std::int64_t>(count)}, DType::i64),
                   Tensor::empty({rows.rows(), static_cast<std::int64_t>(count)})};
  Workers workers(options.threads);
  struct Memory {
    std::vector<std::int32_t> shared, order;
  };
  std::vector<Memory> memory(static_cast<std::size_t>(workers.threads()));
  workers.each(rows.rows(), [&](std::int64_t task, int worker) {
    auto& shared = memory[static_cast<std::size_t>(worker)].shared;
    auto& order = memory[static_cast<std::size_t>(worker)].order;
    shared.assign(all, 0);
    const std::int32_t* const leaf = asked.data<std::int32_t>() + static_cast<std::size_t>(task) * trees;
    for (std::size_t t = 0; t < trees; ++t) {
      const std::size_t at = known.start[t] + static_cast<std::size_t>(leaf[t]);
      for (std::size_t i = known.first[at]; i < known.first[at + 1]; ++i)
        ++shared[static_cast<std::size_t>(known.row[i])];
    }
    order.resize(all);
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [&](std::int32_t a, std::int32_t b) {
                        const std::int32_t x = shared[static_cast<std::size_t>(a)],
                                           y = shared[static_cast<std::size_t>(b)];
                        return x != y ? x > y : a < b;
                      });
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t to = static_cast<std::size_t>(task) * count + i;
      found.row.data<std::int64_t>()[to] = order[i];
      found.share.data<double>()[to] =
          static_cast<double>(shared[static_cast<std::size_t>(order[i])]) / static_cast<double>(trees);
    }
  });
  return found;
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

}  // namespace linden
