// Reading JSON that nobody vouches for: every access checks that the member is there and of its kind, and says where
// in the document it is not.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

using Json = nlohmann::ordered_json;

/// A number that may be infinite or none at all: JSON has no word for these, so that they are text.
Json json_of_number(double number);

/// A place in a document: a value, and the path to it for messages ("body.trees[3].feature").
class JsonReader {
 public:
  JsonReader(const Json& value, std::string file, std::string path = "")
      : value_(value), file_(std::move(file)), path_(std::move(path)) {}

  JsonReader operator[](std::string_view member) const;
  JsonReader operator[](std::size_t index) const;
  bool has(std::string_view member) const;
  std::size_t size() const;     ///< of an array
  std::size_t members() const;  ///< of an object

  const Json& value() const noexcept { return value_; }
  const std::string& text() const;
  /// A whole number in [low, high].
  std::int64_t whole(std::int64_t low, std::int64_t high) const;
  double finite() const;
  /// What json_of_number wrote.
  double number() const;
  bool flag() const;

  std::vector<std::string> texts() const;
  std::vector<double> finites() const;
  std::vector<std::int64_t> wholes(std::int64_t low, std::int64_t high) const;

  /// Throws FileError: `<file>: <path> <what>`.
  [[noreturn]] void refuse(std::string_view what) const;

 private:
  const Json& value_;
  std::string file_, path_;
};

}  // namespace linden
