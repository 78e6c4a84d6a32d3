// How a fit with Firth's correction is known, in model files, too.
#pragma once

#include <linden/linear.hpp>

namespace linden {

/// Certificate::why of such a fit.
inline constexpr const char* firth_note = "Firth's correction";
bool is_of_firth(const Certificate& certificate);

}  // namespace linden
