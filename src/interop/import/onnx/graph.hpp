// What an ONNX file says: operators with their attributes, and the inputs of the graph.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interop/document/protobuf.hpp"

namespace linden::onnx {

/// Numbers of a tensor, flat.
struct TensorValues {
  bool is_double = false;
  std::vector<double> numbers;
};

/// An operator. Texts refer to the file.
class Operator {
 public:
  explicit Operator(ProtoReader message);

  const std::string& type() const noexcept { return type_; }
  const std::vector<std::string_view>& inputs() const noexcept { return inputs_; }
  const std::vector<std::string_view>& outputs() const noexcept { return outputs_; }
  bool has(std::string_view name) const { return attributes_.contains(name); }

  // Attributes; lists are empty where they are not there. Each throws FileError for one of another kind.

  std::int64_t whole(std::string_view name, std::int64_t otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<std::int64_t> wholes(std::string_view name) const;
  std::vector<std::string_view> texts(std::string_view name) const;
  /// Numbers of an attribute, or of the tensor that stands in another one in their place ("..._as_tensor").
  TensorValues numbers(std::string_view name, std::string_view as_tensor = {}) const;
  [[noreturn]] void refuse(std::string_view what) const;

 private:
  std::string type_;
  std::vector<std::string_view> inputs_, outputs_;
  std::map<std::string_view, std::string_view> attributes_;  // messages
};

/// An input of the graph: columns are -1 where they are not told.
struct Input {
  std::string_view name;
  bool is_double = false;
  std::int64_t columns = -1;
};

struct Graph {
  std::vector<Operator> operators;
  std::vector<Input> inputs;  ///< without those that are constants
};

Graph graph_of(std::string_view file);

}  // namespace linden::onnx
