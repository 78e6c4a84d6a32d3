#include "interop/document/value.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"

namespace linden {
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
  return value_->list.size() + value_->numbers.size();
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
  return value_->number;
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

const std::vector<double>& Place::numbers() const {
  const bool is_empty = value_->kind == Value::Kind::list && value_->list.empty();
  if (!is_empty) want(Value::Kind::numbers, "a list of numbers");
  return value_->numbers;
}

std::vector<std::int32_t> Place::wholes(std::int32_t low, std::int32_t high) const {
  const std::vector<double>& all = numbers();
  std::vector<std::int32_t> wholes(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] != std::floor(all[i]) || all[i] < low || all[i] > high)
      refuse(fmt::format("has {} for entry {}, but all must be whole numbers in [{}, {}]", all[i], i, low, high));
    wholes[i] = static_cast<std::int32_t>(all[i]);
  }
  return wholes;
}

}  // namespace linden
