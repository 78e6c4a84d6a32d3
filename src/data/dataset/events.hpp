// Whether the event came that a label is the time of: what events may be, and labels with a sign made of both.
#pragma once

#include <linden/tensor.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace linden {

/// What a word of a file says: 1 and 0, true and false, yes and no, in any case.
std::optional<bool> event_of(std::string_view word);

/// A column of a file whose words event_of knows, as numbers [rows]; `categories` is empty where it has numbers.
Tensor events_of(const Tensor& values, std::span<const std::string> categories);

/// Throws unless there is an event, 1 or 0, and a time above 0, for each row.
void check_event(const Tensor& event, const Tensor& times, std::int64_t rows);

/// [rows]: times, with a minus where no event came by then.
Tensor signed_times(const Tensor& times, const Tensor& event);

}  // namespace linden
