// Whether a loss can be a metric.
#pragma once

#include <linden/loss.hpp>
#include <string>

namespace linden {

/// Why metric::of() does not take this loss, as half a sentence; empty when it does.
std::string why_no_metric(const Loss& loss);

}  // namespace linden
