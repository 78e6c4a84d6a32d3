#include "interop/document/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/fail.hpp"

namespace linden {
namespace {

// A number that parse_json has found to be one.
template <class Number>
Number decoded(std::string_view digits) {
  constexpr Number infinity = std::numeric_limits<Number>::infinity();
  const bool is_negative = digits.starts_with('-');
  switch (digits[is_negative ? 1 : 0]) {
    case 't': return 1;
    case 'f': return 0;
    case 'N': return std::numeric_limits<Number>::quiet_NaN();
    case 'I': return is_negative ? -infinity : infinity;
    default: break;
  }
  Number found = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), found).ec == std::errc()) return found;
  // Beyond the range: too small is 0, too large an infinity, and the exponent's sign says which.
  const Number size = digits.find("e-") != digits.npos || digits.find("E-") != digits.npos ? 0 : infinity;
  return is_negative ? -size : size;
}

}  // namespace

void Value::append(Value entry) {
  const bool is_number = entry.kind == Kind::number || entry.kind == Kind::flag;
  if (kind == Kind::null) kind = is_number ? Kind::numbers : Kind::list;
  if (kind == Kind::numbers && is_number) return numbers.push_back(entry.number);
  if (kind == Kind::numbers) {
    kind = Kind::list;
    for (const double one : numbers) list.push_back(of(one));
    numbers = {};
  }
  list.push_back(std::move(entry));
}

void Place::want(Value::Kind kind, const char* what) const {
  if (value_->kind != kind) refuse(fmt::format("is not {}", what));
}

void Place::refuse(std::string_view what) const {
  fail<FileError>("{} {}.", path_.empty() ? "the document" : path_, what);
}

std::optional<Place> Place::find(std::string_view name) const {
  want(Value::Kind::object, "an object");
  const Value::Object& members = value_->object;
  const auto member = std::ranges::find(members, name, &std::pair<std::string, Value>::first);
  if (member == members.end()) return std::nullopt;
  std::string path = path_;
  if (!path.empty()) path += '.';
  path += name;
  return Place(member->second, std::move(path));
}

Place Place::operator[](std::string_view name) const {
  std::optional<Place> member = find(name);
  if (!member) refuse(fmt::format("has no member \"{}\"", name));
  return *std::move(member);
}

std::vector<std::string> Place::names() const {
  std::vector<std::string> names;
  want(Value::Kind::object, "an object");
  for (const auto& member : value_->object) names.push_back(member.first);
  return names;
}

std::size_t Place::size() const {
  if (!is_list()) refuse("is not a list");
  return value_->list.size() + value_->numbers.size() + value_->count;
}

Place Place::at(std::size_t index) const {
  const Place entry(*value_, fmt::format("{}[{}]", path_, index));
  if (value_->kind == Value::Kind::numbers) entry.refuse("is a number");
  if (index >= size()) refuse(fmt::format("has {} entries, too few", size()));
  return {value_->list[index], entry.path_};
}

const std::string& Place::text() const {
  want(Value::Kind::text, "text");
  return value_->text;
}

std::vector<std::string> Place::texts() const {
  std::vector<std::string> texts;
  for (std::size_t i = 0, count = size(); i < count; ++i) texts.push_back(at(i).text());
  return texts;
}

double Place::number() const {
  want(Value::Kind::number, "a number");
  return value_->digits.empty() ? value_->number : decoded<double>(value_->digits);
}

float Place::float_number() const {
  want(Value::Kind::number, "a number");
  return value_->digits.empty() ? static_cast<float>(value_->number) : decoded<float>(value_->digits);
}

bool Place::flag() const {
  want(Value::Kind::flag, "true or false");
  return value_->number != 0;
}

std::int64_t Place::whole(std::int64_t low, std::int64_t high) const {
  const double found = number();
  if (found != std::floor(found) || found < static_cast<double>(low) || found > static_cast<double>(high))
    refuse(fmt::format("is {}, but must be a whole number in [{}, {}]", found, low, high));
  return static_cast<std::int64_t>(found);
}

template <class Number>
std::vector<Number> Place::entries() const {
  const bool is_empty = value_->kind == Value::Kind::list && value_->list.empty();
  if (!is_empty) want(Value::Kind::numbers, "a list of numbers");
  std::vector<Number> all;
  all.reserve(size());
  for (const double number : value_->numbers) all.push_back(static_cast<Number>(number));
  constexpr std::string_view between = " \t\r\n,";
  std::string_view rest = value_->digits;
  for (std::size_t i = 0; i < value_->count; ++i) {
    rest.remove_prefix(rest.find_first_not_of(between));
    const std::string_view one = rest.substr(0, rest.find_first_of(between));
    all.push_back(decoded<Number>(one));
    rest.remove_prefix(one.size());
  }
  return all;
}

std::vector<double> Place::numbers() const { return entries<double>(); }
std::vector<float> Place::floats() const { return entries<float>(); }

std::vector<std::int32_t> Place::wholes(std::int32_t low, std::int32_t high) const {
  const std::vector<double> all = numbers();
  std::vector<std::int32_t> wholes(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] != std::floor(all[i]) || all[i] < low || all[i] > high)
      refuse(fmt::format("has {} for entry {}, but all must be whole numbers in [{}, {}]", all[i], i, low, high));
    wholes[i] = static_cast<std::int32_t>(all[i]);
  }
  return wholes;
}

}  // namespace linden
