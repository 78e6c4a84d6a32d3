#include "boosting/train/growth/grove.hpp"

#include <utility>

#include "boosting/train/growth/grow.hpp"
#include "boosting/train/growth/grow_by_pages.hpp"

namespace linden {
namespace {

// What grows at the same time has an entry of each row, and more, for each tree.
constexpr std::int64_t most_rows_in_all = std::int64_t{1} << 24;

// How many trees grow at the same time: 1, or one a thread.
int trees_at_once(const Backend& backend, Context& context, std::int64_t rows, int outputs) {
  const std::int32_t threads = backend.tree.side_by_side(context);
  const bool pays = threads > 1 && outputs >= threads && rows * threads <= most_rows_in_all;
  return pays && context.comms == nullptr ? threads : 1;
}

}  // namespace

Grove::Place::Place(const Backend& backend, const BinsView& bins, const GrowthLimits& limits, const Renewal& renewal,
                    int places, const GrowthRules& rules)
    : storage(backend, context, bins, limits, renewal, places, rules) {}

Grove::Grove(const Backend& backend, Context& context, const std::vector<Cuts>& cuts, const Bins& bins,
             const GrowthLimits& limits, std::vector<Renewal> renewals, const GrowthRules& rules, SlopeFit* slopes)
    : backend_(backend),
      context_(context),
      cuts_(cuts),
      bins_(bins),
      renewals_(std::move(renewals)),
      outputs_(static_cast<int>(renewals_.size())),
      side_by_side_(bins.pages() != nullptr ? 1 : trees_at_once(backend, context, bins.view().rows, outputs_)),
      slopes_(slopes),
      storage_(backend, context, bins.view(), limits, renewals_[0], side_by_side_, rules, 0, bins.memory()) {
  if (bins.pages() != nullptr) pages_.emplace(backend, context, storage_.memory(), bins.pages()->shape().page_rows);
  for (int i = 0; side_by_side_ > 1 && i < side_by_side_; ++i)
    places_.emplace_back(backend, bins.view(), limits, renewals_[0], side_by_side_, rules);
}

Tree Grove::grow_tree(Context& context, TreeStorage& storage, const Gradients& gradients, const Scores& from,
                      bool is_scored, int output, const RoundKeys& keys) {
  TreeMemory& tree = storage.memory();
  gradients.point(tree, output);
  tree.renewal = renewals_[static_cast<std::size_t>(output)];
  tree.renewal.scores = from.of(output);
  tree.rules.key = keys.of_tree(output);
  if (pages_)
    grow_by_pages(backend_, context, tree, pages_->memory(), *bins_.pages());
  else
    grow(backend_, context, tree);
  if (is_scored) backend_.tree.update(context, tree, from.of(output));
  Tree grown = finished_tree(storage.finished(), cuts_, bins_.used());
  grown.output = output;
  if (slopes_ != nullptr) slopes_->fit(context, tree, grown);
  return grown;
}

void Grove::grow_round(const Gradients& gradients, const Scores& from, bool is_scored, Ensemble& ensemble,
                       const RoundKeys& keys) {
  std::vector<Tree> trees(static_cast<std::size_t>(outputs_));
  const int in_places = places_.empty() ? 0 : outputs_ - outputs_ % side_by_side_;
  context_.workers.each(in_places, [&](std::int64_t output, int worker) {
    Place& place = places_[static_cast<std::size_t>(worker)];
    static_cast<TreeInput&>(place.storage.memory()) = input();
    trees[static_cast<std::size_t>(output)] =
        grow_tree(place.context, place.storage, gradients, from, is_scored, static_cast<int>(output), keys);
  });
  for (int output = in_places; output < outputs_; ++output)
    trees[static_cast<std::size_t>(output)] = grow_tree(context_, storage_, gradients, from, is_scored, output, keys);
  for (Tree& tree : trees) is_scored ? ensemble.add_scored(std::move(tree)) : ensemble.add(std::move(tree));
}

}  // namespace linden
