#include "boosting/train/gradients/draws/sampler.hpp"

#include "boosting/train/gradients/draws/drawn.hpp"
#include "boosting/train/gradients/draws/unit_sampler.hpp"
#include "boosting/train/gradients/draws/weight_sampler.hpp"

namespace linden {
namespace {

class AllRows final : public Sampler {
 public:
  bool draw(int, Gradients& gradients, TreeInput& tree) override {
    tree.sample = nullptr;
    tree.sample_rows = gradients.rows();
    return false;
  }
};

class UniformSampler final : public Sampler {
 public:
  UniformSampler(const Backend& backend, Context& context, const BoostingConfig& config, std::int64_t rows)
      : backend_(backend),
        context_(context),
        seed_(config.seed),
        sample_(backend.memory, context, sample_size(rows, *config.row_fraction), "sample") {}

  bool draw(int round, Gradients& gradients, TreeInput& tree) override {
    const auto number = static_cast<std::uint32_t>(round);
    backend_.tree.sample(context_, {seed_, Draw::rows, number, gradients.rows(), sample_.size(), sample_.data()});
    tree.sample = sample_.data();
    tree.sample_rows = sample_.size();
    return false;
  }

 private:
  const Backend& backend_;
  Context& context_;
  std::uint64_t seed_;
  DeviceArray<std::uint32_t> sample_;
};

}  // namespace

std::unique_ptr<Sampler> row_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                     const FitRows& rows, const Dataset& train) {
  switch (config.sampling.kind) {
    case Sampling::uniform: break;
    case Sampling::groups: return group_sampler(backend, context, config, train);
    case Sampling::stratified: return class_sampler(backend, context, config, rows);
    default: return weight_sampler(backend, context, config, rows);
  }
  if (*config.row_fraction < 1) return std::make_unique<UniformSampler>(backend, context, config, rows.rows());
  return std::make_unique<AllRows>();
}

}  // namespace linden
