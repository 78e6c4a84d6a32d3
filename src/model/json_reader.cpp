#include "model/json_reader.hpp"

#include <cmath>
#include <limits>

#include "base/fail.hpp"

namespace linden {

Json json_of_number(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

void JsonReader::refuse(std::string_view what) const {
  fail<FileError>("{}: {} {}.", file_, path_.empty() ? "the document" : path_, what);
}

bool JsonReader::has(std::string_view member) const { return value_.is_object() && value_.contains(member); }

JsonReader JsonReader::operator[](std::string_view member) const {
  if (!has(member)) refuse(fmt::format("has no member \"{}\"", member));
  return {value_[std::string(member)], file_,
          path_.empty() ? std::string(member) : fmt::format("{}.{}", path_, member)};
}

JsonReader JsonReader::operator[](std::size_t index) const {
  if (index >= size()) refuse(fmt::format("has only {} entries", size()));
  return {value_[index], file_, fmt::format("{}[{}]", path_, index)};
}

std::size_t JsonReader::size() const {
  if (!value_.is_array()) refuse("is not a list");
  return value_.size();
}

std::size_t JsonReader::members() const {
  if (!value_.is_object()) refuse("is not an object");
  return value_.size();
}

const std::string& JsonReader::text() const {
  if (!value_.is_string()) refuse("is not a text");
  return value_.get_ref<const std::string&>();
}

std::int64_t JsonReader::whole(std::int64_t low, std::int64_t high) const {
  if (!value_.is_number_integer() || (value_.is_number_unsigned() && value_.get<std::uint64_t>() > INT64_MAX))
    refuse("is not a whole number");
  const auto number = value_.get<std::int64_t>();
  if (number < low || number > high) refuse(fmt::format("is {}, outside [{}, {}]", number, low, high));
  return number;
}

double JsonReader::finite() const {
  if (!value_.is_number() || !std::isfinite(value_.get<double>())) refuse("is not a finite number");
  return value_.get<double>();
}

double JsonReader::number() const {
  if (!value_.is_string()) return finite();
  const std::string& word = text();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word == "inf" || word == "-inf") return (word == "inf" ? 1 : -1) * std::numeric_limits<double>::infinity();
  refuse("is no number");
}

bool JsonReader::flag() const {
  if (!value_.is_boolean()) refuse("is not true or false");
  return value_.get<bool>();
}

std::vector<std::string> JsonReader::texts() const {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < size(); ++i) list.push_back((*this)[i].text());
  return list;
}

std::vector<double> JsonReader::finites() const {
  std::vector<double> list;
  list.reserve(size());
  for (const Json& entry : value_) {
    if (!entry.is_number() || !std::isfinite(entry.get<double>()))
      (*this)[list.size()].refuse("is not a finite number");
    list.push_back(entry.get<double>());
  }
  return list;
}

std::vector<std::int64_t> JsonReader::wholes(std::int64_t low, std::int64_t high) const {
  std::vector<std::int64_t> list;
  list.reserve(size());
  for (const Json& entry : value_) {
    const bool fits =
        entry.is_number_integer() && !(entry.is_number_unsigned() && entry.get<std::uint64_t>() > INT64_MAX);
    if (!fits || entry.get<std::int64_t>() < low || entry.get<std::int64_t>() > high)
      (*this)[list.size()].whole(low, high);
    list.push_back(entry.get<std::int64_t>());
  }
  return list;
}

}  // namespace linden
