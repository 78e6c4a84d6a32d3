#include "selection/fold_results.hpp"

#include <algorithm>
#include <limits>

namespace linden {

void OutOfFold::add(const std::vector<std::int64_t>& test, const Tensor& prediction) {
  const auto rows = static_cast<std::int64_t>(times_.size());
  const std::int64_t outputs = prediction.rank() == 2 ? prediction.size(1) : 1;
  if (sums_.elements() == 0) sums_ = Tensor::zeros(prediction.rank() == 2 ? Shape{rows, outputs} : Shape{rows});
  const double* from = prediction.data<const double>();
  for (const std::int64_t row : test) {
    double* const sums = sums_.data<double>() + row * outputs;
    for (std::int64_t k = 0; k < outputs; ++k) sums[k] += *from++;
    ++times_[static_cast<std::size_t>(row)];
  }
}

Tensor OutOfFold::mean() && {
  const std::int64_t outputs = sums_.elements() / std::max<std::int64_t>(1, std::ssize(times_));
  double* sum = sums_.data<double>();
  for (const int times : times_)
    for (std::int64_t k = 0; k < outputs; ++k, ++sum)
      *sum = times > 0 ? *sum / times : std::numeric_limits<double>::quiet_NaN();
  return std::move(sums_);
}

void FoldWarnings::add(std::size_t fold, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    if (std::ranges::find(remarks_, warning) != remarks_.end()) continue;
    auto known = std::ranges::find(warnings_, warning, &std::pair<std::string, std::vector<std::string>>::first);
    if (known == warnings_.end()) known = warnings_.insert(known, {warning, {}});
    known->second.push_back(fmt::format("{}", fold + 1));
  }
}

std::vector<std::string> FoldWarnings::all() const {
  std::vector<std::string> all = remarks_;
  for (const auto& [warning, folds] : warnings_)
    all.push_back(fmt::format("fold{} {}: {}", folds.size() == 1 ? "" : "s", listing(folds), warning));
  return all;
}

}  // namespace linden
