#include "loss/linked.hpp"

#include "base/fail.hpp"

namespace linden {
namespace {

FamilyKind family_of_loss(const Loss& loss) {
  const Loss::Definition& definition = loss.definition();
  const LossSpec listed = listed_part(definition.spec);
  if (definition.custom || !is_listed(listed)) return FamilyKind::none;
  return visit_type(listed, []<class Listed>(LossType<Listed>) { return family_of<Listed>; });
}

Loss behind(const Loss& loss, Link link) {
  Loss::Definition definition = loss.definition();
  const LossKind listed = listed_part(definition.spec).kind;
  definition.link = link;
  definition.spec.kind = LossKind::linked;
  definition.spec.place = static_cast<std::int8_t>(listed);
  definition.spec.link = static_cast<std::int8_t>(link);
  return Loss(std::make_shared<const Loss::Definition>(std::move(definition)));
}

}  // namespace

const char* word_of(Link link) noexcept {
  if (link == Link::sigmoid) return "logit";
  return link == Link::exp ? "log" : name_of(link);
}

std::vector<Link> links_for(const Loss& loss) {
  switch (family_of_loss(loss)) {
    case FamilyKind::gaussian: return {Link::identity, Link::exp, Link::inverse};
    case FamilyKind::binomial: return {Link::sigmoid, Link::probit, Link::cloglog, Link::exp, Link::identity};
    case FamilyKind::poisson:
    case FamilyKind::negative_binomial: return {Link::exp, Link::identity, Link::sqrt};
    case FamilyKind::gamma: return {Link::exp, Link::inverse, Link::identity};
    case FamilyKind::tweedie: return {Link::exp, Link::identity, Link::sqrt, Link::inverse};
    case FamilyKind::inverse_gaussian: return {Link::exp, Link::inverse_square, Link::inverse, Link::identity};
    default: return {};
  }
}

Loss with_link(std::string_view where, const Loss& loss, Link link) {
  if (loss.link() == link) return loss;
  const std::vector<Link> links = links_for(loss);
  if (std::ranges::find(links, link) == links.end()) {
    std::vector<std::string> words;
    for (const Link other : links) words.emplace_back(word_of(other));
    fail<ArgumentError>("{} is {}, which does not go with loss \"{}\". Hint: {}.", where, word_of(link), loss.name(),
                        words.empty() ? "it has the link " + std::string(word_of(loss.link())) + " and no other"
                                      : "it takes " + listing(words) + ", of which " + words[0] + " is its own");
  }
  if (link != links[0]) return behind(loss, link);
  Loss own = loss::by_name(loss.name(), loss.parameters());
  return loss.definition().labels > 1 ? of_labels(where, own, loss.definition().labels) : own;
}

Loss by_scoring(const Loss& loss) {
  const LossTraits* const traits = traits_of(loss.definition().spec);
  const bool is_one = traits != nullptr && traits->shape == LossShape::not_convex && !links_for(loss).empty();
  return is_one && !is_linked(loss.definition().spec) ? behind(loss, loss.link()) : loss;
}

ScoreRange scores_of_link(const Loss& loss) { return score_range(loss.link(), means_of(family_of_loss(loss))); }

bool takes_any_score(const Loss& loss) { return scores_of_link(loss).is_all() && loss.link() != Link::inverse; }

}  // namespace linden
