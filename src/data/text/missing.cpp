#include "data/text/missing.hpp"

#include <algorithm>
#include <string_view>

#include "data/text/number.hpp"

namespace linden {
namespace {

constexpr std::string_view everywhere[] = {"", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NULL", "null"};
// As categories these say something, or may.
constexpr std::string_view among_numbers[] = {"?", "-", ".", "None", "none", "#NULL!", "1.#IND", "-1.#IND", "1.#QNAN"};

}  // namespace

MissingTokens::MissingTokens(std::vector<std::string> tokens, bool only_these)
    : tokens_(std::move(tokens)), only_these_(only_these) {
  if (!only_these) tokens_.insert(tokens_.end(), std::begin(everywhere), std::end(everywhere));
  for (const unsigned char c : std::string_view("-.0123456789")) plain_[c] = true;
  for (const std::string& token : tokens_) {
    if (token.empty()) continue;
    const auto first = static_cast<unsigned char>(token[0]);
    starts_[first] = true;
    if (parse_number(token)) plain_[first] = false;
  }
  empty_ = std::ranges::find(tokens_, "") != tokens_.end();
}

bool MissingTokens::has(const CsvField& field) const noexcept {
  if (field.text.empty()) return empty_;
  return !field.quoted && starts_[static_cast<unsigned char>(field.text[0])] &&
         std::ranges::find(tokens_, field.text) != tokens_.end();
}

bool MissingTokens::has_among_numbers(const CsvField& field) const noexcept {
  return !only_these_ && !field.quoted && std::ranges::find(among_numbers, field.text) != std::end(among_numbers);
}

}  // namespace linden
