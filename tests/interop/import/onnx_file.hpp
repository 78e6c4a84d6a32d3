// ONNX files for tests, field by field.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace linden::imports {

/// A message of protobuf, from its fields.
class Message {
 public:
  Message& whole(int field, std::uint64_t value) {
    tag(field, 0);
    varint(value);
    return *this;
  }
  Message& text(int field, const std::string& value) {
    tag(field, 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& number(int field, float value) {
    tag(field, 5);
    raw(value);
    return *this;
  }
  Message& add(int field, const Message& message) { return text(field, message.bytes_); }
  template <class Number>
  Message& raw(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    bytes_.append(bytes, sizeof value);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void tag(int field, int wire) { varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

class OnnxNode {
 public:
  explicit OnnxNode(const std::string& type) { message_.text(4, type); }
  OnnxNode& wholes(const std::string& name, const std::vector<std::int64_t>& values) {
    Message attribute;
    attribute.text(1, name);
    for (const std::int64_t value : values) attribute.whole(8, static_cast<std::uint64_t>(value));
    return put(attribute);
  }
  OnnxNode& whole(const std::string& name, std::int64_t value) {
    return put(Message().text(1, name).whole(3, static_cast<std::uint64_t>(value)));
  }
  OnnxNode& numbers(const std::string& name, const std::vector<float>& values) {
    Message packed;
    for (const float value : values) packed.raw(value);
    return put(Message().text(1, name).text(7, packed.bytes()));
  }
  OnnxNode& texts(const std::string& name, const std::vector<std::string>& values) {
    Message attribute;
    attribute.text(1, name);
    for (const std::string& value : values) attribute.text(9, value);
    return put(attribute);
  }
  OnnxNode& text(const std::string& name, const std::string& value) {
    return put(Message().text(1, name).text(4, value));
  }
  /// Of floats, or of bytes, which are put there as they are.
  OnnxNode& tensor(const std::string& name, const std::vector<float>& values, bool as_bytes = false) {
    Message raw;
    for (const float value : values)
      if (as_bytes)
        raw.raw(static_cast<unsigned char>(value));
      else
        raw.raw(value);
    return put(Message().text(1, name).add(
        5, Message().whole(1, values.size()).whole(2, as_bytes ? 2 : 1).text(9, raw.bytes())));
  }
  const Message& message() const { return message_; }

 private:
  OnnxNode& put(const Message& attribute) {
    message_.add(5, attribute);
    return *this;
  }

  Message message_;
};

/// A file whose graph takes rows of so many columns.
inline std::string onnx_file(const std::vector<OnnxNode>& nodes, std::uint64_t columns, bool is_double = false) {
  Message shape, graph;
  shape.add(1, Message().text(2, "N")).add(1, Message().whole(1, columns));
  const Message type = Message().add(1, Message().whole(1, is_double ? 11 : 1).add(2, shape));
  for (const OnnxNode& node : nodes) graph.add(1, node.message());
  graph.add(11, Message().text(1, "X").add(2, type));
  return Message().whole(1, 8).text(2, "a test").add(7, graph).bytes();
}

/// An ensemble of version 5: two trees, which add to two outputs, by numbers and by sets of them.
inline OnnxNode ensemble() {
  return OnnxNode("TreeEnsemble")
      .whole("n_targets", 2)
      .wholes("tree_roots", {0, 2})
      .wholes("nodes_featureids", {0, 1, 0})
      .tensor("nodes_modes", {1, 6, 1}, true)
      .tensor("nodes_splits", {0.25f, 0, 0.5f})
      .tensor("membership_values", {1, 3, std::nanf("")})
      .wholes("nodes_truenodeids", {0, 1, 3})
      .wholes("nodes_trueleafs", {1, 1, 1})
      .wholes("nodes_falsenodeids", {1, 2, 3})
      .wholes("nodes_falseleafs", {0, 1, 1})
      .wholes("leaf_targetids", {0, 1, 0, 1})
      .tensor("leaf_weights", {1, 2, 4, 8});
}

}  // namespace linden::imports
