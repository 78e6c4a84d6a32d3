#include "interop/document/value.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"

namespace linden {
namespace {

template <class T>
const T& as(const Place& place, const Value& value, const char* what) {
  const T* const found = std::get_if<T>(&value.any);
  if (found == nullptr) place.refuse(fmt::format("is not {}", what));
  return *found;
}

}  // namespace

void Place::refuse(std::string_view what) const {
  fail<FileError>("{} {}.", path_.empty() ? "the document" : path_, what);
}

std::optional<Place> Place::find(std::string_view name) const {
  const auto& members = as<Value::Object>(*this, *value_, "an object");
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
  for (const auto& member : as<Value::Object>(*this, *value_, "an object")) names.push_back(member.first);
  return names;
}

std::size_t Place::size() const {
  if (const auto* const numbers = std::get_if<Value::Numbers>(&value_->any)) return numbers->size();
  return as<Value::List>(*this, *value_, "a list").size();
}

Place Place::at(std::size_t index) const {
  const Place entry(*value_, fmt::format("{}[{}]", path_, index));
  if (std::holds_alternative<Value::Numbers>(value_->any)) entry.refuse("is a number");
  const auto& list = as<Value::List>(*this, *value_, "a list");
  if (index >= list.size()) refuse(fmt::format("has {} entries, too few", list.size()));
  return {list[index], entry.path_};
}

const std::string& Place::text() const { return as<std::string>(*this, *value_, "text"); }

std::vector<std::string> Place::texts() const {
  std::vector<std::string> texts;
  for (std::size_t i = 0, count = size(); i < count; ++i) texts.push_back(at(i).text());
  return texts;
}

double Place::number() const { return as<double>(*this, *value_, "a number"); }

bool Place::flag() const { return as<bool>(*this, *value_, "true or false"); }

std::int64_t Place::whole(std::int64_t low, std::int64_t high) const {
  const double found = number();
  if (found != std::floor(found) || found < static_cast<double>(low) || found > static_cast<double>(high))
    refuse(fmt::format("is {}, but must be a whole number in [{}, {}]", found, low, high));
  return static_cast<std::int64_t>(found);
}

const std::vector<double>& Place::numbers() const {
  static const std::vector<double> none;
  const auto* const list = std::get_if<Value::List>(&value_->any);
  if (list != nullptr && list->empty()) return none;
  return as<Value::Numbers>(*this, *value_, "a list of numbers");
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
