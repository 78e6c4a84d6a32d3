#include "boosting/train/gradients/draws/unit_sampler.hpp"

#include <algorithm>
#include <vector>

#include "base/fail.hpp"
#include "boosting/train/gradients/draws/drawn.hpp"

namespace linden {
namespace {

/// Units that are drawn together: `wanted` of `count`, which are rows of a list or groups.
struct Stratum {
  std::int64_t count, wanted;
  const std::uint32_t* rows;  ///< of the device; null for groups
};

class UnitSampler final : public Sampler {
 public:
  UnitSampler(const Backend& backend, Context& context, std::uint64_t seed, std::int64_t count, std::int64_t most_units)
      : backend_(backend),
        context_(context),
        seed_(seed),
        weights_(backend.memory, context, count, "sample"),
        drawn_(backend.memory, context, most_units, "sample"),
        sample_(backend.memory, context, count, "sample") {}

  bool draw(int round, Gradients&, TreeInput& tree) override {
    weights_.fill(0);
    for (std::size_t i = 0; i < strata.size(); ++i) {
      const Stratum& stratum = strata[i];
      // Each class has numbers of its own: two of a size would otherwise draw the same places.
      backend_.tree.sample(context_, {seed_ + i, Draw::rows, static_cast<std::uint32_t>(round), stratum.count,
                                      stratum.wanted, drawn_.data()});
      backend_.tree.mark_drawn(
          context_, {drawn_.data(), stratum.wanted, stratum.rows == nullptr ? first.data() : nullptr, stratum.rows,
                     weights_.data()});
    }
    tree.sample_rows = backend_.tree.collect_rows(context_, {weights_.data(), weights_.size(), sample_.data()});
    tree.sample = sample_.data();
    return false;
  }

  std::vector<Stratum> strata;
  std::vector<std::uint32_t> rows_by_class;  ///< all rows, class by class
  OnDevice<std::uint32_t> rows;              ///< the same
  OnDevice<std::int64_t> first;              ///< of groups

 private:
  const Backend& backend_;
  Context& context_;
  std::uint64_t seed_;
  DeviceArray<double> weights_;
  DeviceArray<std::uint32_t> drawn_, sample_;
};

}  // namespace

std::unique_ptr<Sampler> group_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                       const Dataset& train) {
  if (!train.has_groups())
    fail<DataError>(
        "fit_boosted: .sampling.kind = groups draws whole groups, but the data has none. Hint: name their column, "
        ".group, or draw rows.");
  const std::span<const std::int64_t> first = train.groups().span<const std::int64_t>();
  const std::int64_t groups = std::ssize(first) - 1;
  auto sampler = std::make_unique<UnitSampler>(backend, context, config.seed, train.rows(), groups);
  sampler->first = OnDevice<std::int64_t>(backend.memory, context, first.data(), std::ssize(first), "groups");
  sampler->strata.push_back({groups, sample_size(groups, *config.row_fraction), nullptr});
  return sampler;
}

std::unique_ptr<Sampler> class_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                       const FitRows& rows) {
  const Loss& loss = rows.loss();
  const RowSampling& sampling = config.sampling;
  if (loss.label_kind() != LabelKind::classes)
    fail<ArgumentError>(
        "fit_boosted: .sampling.kind = stratified draws from each class, but the labels of loss \"{}\" are numbers. "
        "Hint: leave it out.",
        loss.name());
  if (loss.classes() > 2 && (sampling.positive_fraction < 1 || sampling.negative_fraction < 1))
    fail<ArgumentError>(
        "fit_boosted: .sampling.positive_fraction and .sampling.negative_fraction are for two classes, and there are "
        "{}. Hint: .row_fraction is for all of them.",
        loss.classes());
  auto sampler = std::make_unique<UnitSampler>(backend, context, config.seed, rows.rows(), rows.rows());
  std::vector<std::vector<std::uint32_t>> by_class(static_cast<std::size_t>(std::max(loss.classes(), 2)));
  for (std::int64_t row = 0; row < rows.rows(); ++row)
    by_class[static_cast<std::size_t>(rows.labels()[static_cast<std::size_t>(row)])].push_back(
        static_cast<std::uint32_t>(row));
  for (const auto& list : by_class)
    sampler->rows_by_class.insert(sampler->rows_by_class.end(), list.begin(), list.end());
  sampler->rows =
      OnDevice<std::uint32_t>(backend.memory, context, sampler->rows_by_class.data(), rows.rows(), "rows by class");
  const std::uint32_t* next = sampler->rows.data();
  for (std::size_t k = 0; k < by_class.size(); ++k) {
    const auto count = std::ssize(by_class[k]);
    const double own = loss.classes() > 2 ? 1 : k == 0 ? sampling.negative_fraction : sampling.positive_fraction;
    if (count > 0) sampler->strata.push_back({count, sample_size(count, *config.row_fraction * own), next});
    next += count;
  }
  return sampler;
}

}  // namespace linden
