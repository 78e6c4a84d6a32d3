#include "boosting/train/gradients/group_gradients.hpp"

#include <algorithm>
#include <functional>

#include "backend/loss/group_losses.hpp"

namespace linden {
namespace {

constexpr std::int64_t no_rows[] = {0};  // where groups begin on a rank that has none

}  // namespace

GroupGradients::GroupGradients(const Backend& backend, Context& context, const FitRows& rows, std::uint64_t seed,
                               double learning_rate)
    : backend_(backend),
      context_(context),
      rows_(rows),
      seed_(seed),
      learning_rate_(learning_rate),
      starts_(rows.groups().empty() ? std::span<const std::int64_t>(no_rows) : rows.groups()) {
  for (std::size_t g = 1; g < starts_.size(); ++g) longest_ = std::max(longest_, starts_[g] - starts_[g - 1]);
  visit_group_loss(rows.spec(), [&]<class Loss>(const Loss& loss) {
    if constexpr (is_of_pairs<Loss>) {
      for (std::int64_t rank = 0; rank < longest_; ++rank) discounts_.push_back(rank_discount(rank));
      scales_ = scales();
      has_biases_ = loss.position_bias;
    }
  });
  const auto place = [&]<class T>(const T* values, std::size_t count) {
    return OnDevice<T>(backend.memory, context, values, static_cast<std::int64_t>(count), "groups");
  };
  device_starts_ = place(starts_.data(), starts_.size());
  device_discounts_ = place(discounts_.data(), discounts_.size());
  device_scales_ = place(scales_.data(), scales_.size());
  if (has_biases_) {
    biases_ = DeviceArray<double>(backend.memory, context, longest_, "biases of places");
    biases_.fill(0);
  }
  if (const std::int64_t bytes = backend.tree.group_scratch(context, longest_); bytes > 0)
    scratch_ = Memory(static_cast<std::size_t>(bytes));
}

std::vector<double> GroupGradients::scales() const {
  std::vector<double> scales(starts_.size() - 1);
  visit_group_loss(rows_.spec(), [&]<class Loss>(const Loss& loss) {
    if constexpr (is_of_pairs<Loss>)
      context_.workers.each(std::ssize(scales), [&](std::int64_t g, int) {
        const auto first = rows_.labels().begin();
        std::vector<double> best(first + starts_[static_cast<std::size_t>(g)],
                                 first + starts_[static_cast<std::size_t>(g) + 1]);
        std::ranges::sort(best, std::greater());
        scales[static_cast<std::size_t>(g)] = loss.scale_of(best, discounts_);
      });
  });
  return scales;
}

void GroupGradients::fill(const Scores& scores, int round, Gradients& gradients) {
  GroupGradientTask task;
  task.row = on_device(rows_, scores, gradients);
  task.groups = std::ssize(starts_) - 1;
  task.longest = longest_;
  task.starts = device_starts_.data();
  task.scales = device_scales_.data();
  task.discounts = device_discounts_.data();
  if (has_biases_) task.biases = biases_.data();
  task.bias_rate = learning_rate_;
  task.seed = seed_;
  task.round = static_cast<std::uint32_t>(round);
  task.scratch = scratch_.as<std::byte>();
  backend_.tree.group_gradients(context_, task);
}

std::vector<double> GroupGradients::position_biases() const {
  std::vector<double> biases(has_biases_ ? static_cast<std::size_t>(longest_) : 0);
  if (has_biases_) biases_.download(biases.data());
  return biases;
}

void GroupGradients::set_position_biases(std::span<const double> biases) {
  if (!has_biases_) return;
  if (std::ssize(biases) == longest_) return biases_.upload(biases.data());
  biases_.fill(0);
}

}  // namespace linden
