#include "boosting/train/gradients/draws/whole_rows.hpp"

#include <algorithm>
#include <vector>

#include "backend/loss/group_losses.hpp"
#include "backend/loss/survival_losses.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "ranks/rows_of_ranks.hpp"

namespace linden {
namespace {

// Values [outputs, all] of the host, of which those of this rank go to [outputs, rows].
void take_part(const float* all, std::int64_t all_rows, std::int64_t outputs, std::int64_t first, float* part,
               std::int64_t rows) {
  for (std::int64_t k = 0; k < outputs; ++k) std::copy_n(all + k * all_rows + first, rows, part + k * rows);
}

// Those of this rank become its gradients, on the device.
void take_part(const Gradients& all, std::int64_t first, Gradients& part) {
  const GradientTask to = part.on_host();
  take_part(all.download(), all.rows(), 2 * all.outputs(), first, to.gradients, part.rows());
  std::ranges::copy(all.ranges(), to.ranges);
  part.upload();
}

// Ranges of all rows from those of each rank's.
void widen(const Ranks& ranks, std::span<GradientRange> ranges) {
  for (GradientRange& range : ranges) {
    range.max_gradient = ranks.max(range.max_gradient);
    range.max_curvature = ranks.max(range.max_curvature);
  }
}

class WholeGradientSource final : public GradientSource {
 public:
  WholeGradientSource(WholeRows& whole, const BoostingConfig& config)
      : whole_(whole),
        zeros_(static_cast<std::size_t>(whole.rows().loss().outputs())),
        scores_(whole.backend(), whole.context(), zeros_, whole.rows().rows()),
        gradients_(whole.backend(), whole.context(), scores_.outputs(), scores_.rows()),
        source_(gradient_source(whole.backend(), whole.context(), whole.rows(), config)) {}

  void fill(const Scores& scores, int round, Gradients& gradients) override {
    const std::span<const double> mine(scores.on_host(), static_cast<std::size_t>(scores.outputs() * scores.rows()));
    std::ranges::copy(whole_of(whole_.ranks(), mine, scores.outputs()), scores_.data());
    source_->fill(scores_, round, gradients_);
    take_part(gradients_, first_of_ranks(whole_.ranks(), gradients.rows()), gradients);
  }

  std::vector<double> position_biases() const override { return source_->position_biases(); }
  void set_position_biases(std::span<const double> biases) override { source_->set_position_biases(biases); }

 private:
  WholeRows& whole_;
  std::vector<double> zeros_;
  Scores scores_;
  Gradients gradients_;
  std::unique_ptr<GradientSource> source_;
};

class WholeRowSampler final : public Sampler {
 public:
  WholeRowSampler(WholeRows& whole, const BoostingConfig& config, const Backend& backend, Context& here,
                  std::int64_t rows)
      : whole_(whole),
        first_(first_of_ranks(whole.ranks(), rows)),
        rows_(rows),
        changes_gradients_(config.sampling.kind != Sampling::uniform && config.sampling.kind != Sampling::groups &&
                           config.sampling.kind != Sampling::stratified),
        gradients_(whole.backend(), whole.context(), changes_gradients_ ? whole.rows().loss().outputs() : 0,
                   whole.rows().rows()),
        sampler_(row_sampler(whole.backend(), whole.context(), config, whole.rows(), whole.data())),
        backend_(backend),
        here_(here),
        sample_(backend.memory, here, std::max<std::int64_t>(rows, 1), "sample") {}

  bool draw(int round, Gradients& gradients, TreeInput& tree) override {
    if (changes_gradients_) gather(gradients);
    TreeInput all;
    const bool is_changed = sampler_->draw(round, gradients_, all);
    if (is_changed) take_part(gradients_, first_, gradients);
    tree.sample = nullptr;
    tree.sample_rows = rows_;
    if (all.sample == nullptr) return is_changed;
    const std::span<const std::uint32_t> drawn(all.sample, static_cast<std::size_t>(all.sample_rows));
    std::vector<std::uint32_t> mine;
    for (auto row = std::ranges::lower_bound(drawn, first_); row != drawn.end() && *row < first_ + rows_; ++row)
      mine.push_back(static_cast<std::uint32_t>(*row - first_));
    backend_.memory.upload(here_, sample_.data(), mine.data(),
                           std::ssize(mine) * static_cast<std::int64_t>(sizeof(std::uint32_t)));
    tree.sample = sample_.data();
    tree.sample_rows = std::ssize(mine);
    return is_changed;
  }

 private:
  void gather(const Gradients& gradients) {
    const std::int64_t lists = 2 * gradients.outputs();
    const float* const here = gradients.download();
    const std::vector<double> mine(here, here + lists * rows_), all = whole_of(whole_.ranks(), mine, lists);
    const GradientTask to = gradients_.on_host();
    std::ranges::transform(all, to.gradients, [](double value) { return static_cast<float>(value); });
    std::ranges::copy(gradients.ranges(), to.ranges);
    widen(whole_.ranks(), std::span(to.ranges, gradients.ranges().size()));
    gradients_.upload();
  }

  WholeRows& whole_;
  std::int64_t first_, rows_;
  bool changes_gradients_;
  Gradients gradients_;
  std::unique_ptr<Sampler> sampler_;
  const Backend& backend_;
  Context& here_;
  DeviceArray<std::uint32_t> sample_;
};

}  // namespace

WholeRows::WholeRows(const Ranks& ranks, Workers& workers, const Labels& labels, std::span<const double> weights,
                     const Dataset& data)
    : ranks_(ranks),
      backend_(backend_of(Device::cpu())),
      context_{workers},
      data_(data),
      rows_(backend_, context_, labels, weights, data.groups()) {}

bool looks_at_others(const Loss& loss) {
  const LossSpec& spec = loss.definition().spec;
  if (spec.kind == LossKind::group) {
    bool is_by_group = false;
    visit_group_loss(spec, [&]<class Functor>(const Functor& functor) {
      if constexpr (is_of_pairs<Functor>) is_by_group = !functor.position_bias;
    });
    return !is_by_group;
  }
  if (spec.kind == LossKind::survival) return survival_traits_of(spec).compares_rows;
  return spec.kind == LossKind::tape || is_of_groups(loss);
}

std::unique_ptr<GradientSource> whole_gradient_source(WholeRows& whole, const BoostingConfig& config) {
  return std::make_unique<WholeGradientSource>(whole, config);
}

std::unique_ptr<Sampler> whole_row_sampler(WholeRows& whole, const BoostingConfig& config, const Backend& backend,
                                           Context& here, std::int64_t rows) {
  return std::make_unique<WholeRowSampler>(whole, config, backend, here, rows);
}

}  // namespace linden
