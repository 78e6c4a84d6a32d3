// Losses behind other links than their own (backend/loss/linked_loss.hpp), as objects.
#pragma once

#include <linden/loss.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "loss/definition.hpp"

namespace linden {

/// What people call the link of a generalised linear model: "logit", "log", else name_of().
const char* word_of(Link link) noexcept;

/// Those that go with a loss, its own first; none for losses that have no distribution of one mean.
std::vector<Link> links_for(const Loss& loss);

/// The loss behind this link. Throws ArgumentError, opening with `where`, for a link that does not go with it, naming
/// those that do.
Loss with_link(std::string_view where, const Loss& loss, Link link);

/// What a linear fit minimises: of a distribution whose loss is not convex the same behind its own link, whose second
/// derivatives are the expected ones; all else as it is.
Loss by_scoring(const Loss& loss);

/// Of a loss behind a link: which scores it takes.
ScoreRange scores_of_link(const Loss& loss);
/// Whether there is a mean for every score, 0 among them.
bool takes_any_score(const Loss& loss);

}  // namespace linden
