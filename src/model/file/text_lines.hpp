// Lines that models print of themselves, whatever the family: what a line is about in 12 places, as in the program.
#pragma once

#include <linden/options.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

std::string text_line(std::string_view about, std::string_view text);

/// Loss, label with its classes, and features.
std::string purpose_lines(const Loss& loss, const std::string& label, const std::vector<std::string>& classes,
                          const std::vector<std::string>& features);

/// "loss = squared, rounds = 100".
std::string fields_line(const std::vector<FieldInfo>& fields);

}  // namespace linden
