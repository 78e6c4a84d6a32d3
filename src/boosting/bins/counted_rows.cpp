#include "boosting/bins/counted_rows.hpp"

#include <algorithm>

#include "loss/custom.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

// Empty where all rows count.
std::vector<std::int64_t> counted(const Dataset& all, const Loss& loss) {
  std::vector<std::int64_t> rows;
  const bool is_taped = loss.definition().spec.kind == LossKind::tape && !is_of_groups(loss);
  if (all.weight().elements() == 0 || is_taped) return rows;
  const std::span<const double> weight = all.weight().span<const double>();
  if (std::ranges::find(weight, 0.0) == weight.end()) return rows;
  for (std::size_t row = 0; row < weight.size(); ++row)
    if (weight[row] > 0) rows.push_back(static_cast<std::int64_t>(row));
  return rows;
}

}  // namespace

CountedRows::CountedRows(const Dataset& all, const Loss& loss)
    : rows_(counted(all, loss)), all_(all), data_(all), loss_(loss) {
  if (rows_.empty()) return;
  check_trainable("fit_boosted", loss, all.rows());
  data_ = all.take(rows_);
  loss_ = loss_of_rows(loss, rows_);
}

Dataset CountedRows::as_numbered() const {
  if (rows_.empty()) return all_;
  std::vector<std::int64_t> stands_for;
  for (std::size_t next = 0; std::ssize(stands_for) < all_.rows();) {
    const bool counts = next < rows_.size() && rows_[next] == std::ssize(stands_for);
    if (counts) ++next;
    stands_for.push_back(next > 0 ? rows_[next - 1] : rows_.back());
  }
  return all_.take(stands_for);
}

std::vector<GradientRange> CountedRows::as_numbered(std::span<const GradientRange> ranges) const {
  std::vector<GradientRange> result(ranges.begin(), ranges.end());
  for (GradientRange& range : result)
    if (range.first_bad_row >= 0 && !rows_.empty())
      range.first_bad_row = rows_[static_cast<std::size_t>(range.first_bad_row)];
  return result;
}

}  // namespace linden
