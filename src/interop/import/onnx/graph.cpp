#include "interop/import/onnx/graph.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "interop/document/onnx_proto.hpp"

namespace linden::onnx {
namespace {

constexpr std::size_t most_operators = 64;

TensorValues tensor_of(ProtoReader message) {
  std::int64_t type = 0;
  std::vector<double> doubles;
  std::vector<float> floats;
  std::vector<std::int64_t> wholes;
  std::string_view raw;
  while (message.next()) switch (message.field()) {
      case tensor::data_type: type = message.whole(); break;
      case tensor::float_data: message.append_to(floats); break;
      case tensor::int32_data: message.append_to(wholes); break;
      case tensor::double_data: message.append_to(doubles); break;
      case tensor::raw_data: raw = message.bytes(); break;
      default: break;
    }
  TensorValues values;
  values.is_double = type == tensor::of_double;
  if (type == tensor::of_double) {
    ProtoReader::append_raw(raw, doubles);
    values.numbers = std::move(doubles);
  } else if (type == tensor::of_float) {
    ProtoReader::append_raw(raw, floats);
    values.numbers.assign(floats.begin(), floats.end());
  } else if (type == tensor::of_uint8 || type == tensor::of_int8) {
    for (const char byte : raw) wholes.push_back(static_cast<unsigned char>(byte));
    values.numbers.assign(wholes.begin(), wholes.end());
  } else {
    fail<FileError>("a tensor has elements of type {}, and float, double and uint8 are known.", type);
  }
  return values;
}

Input input_of(ProtoReader message) {
  Input input;
  while (message.next()) {
    if (message.field() == value_info::name) input.name = message.bytes();
    if (message.field() != value_info::type) continue;
    for (ProtoReader type = message.message(); type.next();) {
      if (type.field() != value_info::tensor_type) continue;
      for (ProtoReader tensor = type.message(); tensor.next();) {
        if (tensor.field() == value_info::elem_type) input.is_double = tensor.whole() == tensor::of_double;
        if (tensor.field() != value_info::shape) continue;
        for (ProtoReader shape = tensor.message(); shape.next();) {
          if (shape.field() != value_info::dim) continue;
          input.columns = -1;
          for (ProtoReader dim = shape.message(); dim.next();)
            if (dim.field() == value_info::dim_value) input.columns = dim.whole();
        }
      }
    }
  }
  return input;
}

std::string_view name_of_tensor(ProtoReader message) {
  while (message.next())
    if (message.field() == tensor::name) return message.bytes();
  return {};
}

}  // namespace

Operator::Operator(ProtoReader message) {
  while (message.next()) switch (message.field()) {
      case node::input: inputs_.push_back(message.bytes()); break;
      case node::output: outputs_.push_back(message.bytes()); break;
      case node::op_type: type_ = message.bytes(); break;
      case node::attribute: {
        std::string_view name;
        for (ProtoReader field = message.message(); field.next();)
          if (field.field() == attribute::name) name = field.bytes();
        attributes_[name] = message.bytes();
        break;
      }
      default: break;
    }
}

void Operator::refuse(std::string_view what) const { fail<FileError>("the operator {} {}.", type_, what); }

std::int64_t Operator::whole(std::string_view name, std::int64_t otherwise) const {
  const auto found = attributes_.find(name);
  if (found == attributes_.end()) return otherwise;
  for (ProtoReader field(found->second); field.next();)
    if (field.field() == attribute::i) return field.whole();
  return 0;  // which is not written
}

std::string Operator::text(std::string_view name, std::string_view otherwise) const {
  const auto found = attributes_.find(name);
  if (found == attributes_.end()) return std::string(otherwise);
  for (ProtoReader field(found->second); field.next();)
    if (field.field() == attribute::s) return std::string(field.bytes());
  return {};
}

std::vector<std::int64_t> Operator::wholes(std::string_view name) const {
  std::vector<std::int64_t> values;
  if (const auto found = attributes_.find(name); found != attributes_.end())
    for (ProtoReader field(found->second); field.next();)
      if (field.field() == attribute::ints) field.append_to(values);
  return values;
}

std::vector<std::string_view> Operator::texts(std::string_view name) const {
  std::vector<std::string_view> values;
  if (const auto found = attributes_.find(name); found != attributes_.end())
    for (ProtoReader field(found->second); field.next();)
      if (field.field() == attribute::strings) values.push_back(field.bytes());
  return values;
}

TensorValues Operator::numbers(std::string_view name, std::string_view as_tensor) const {
  for (const std::string_view key : {as_tensor, name}) {
    const auto found = attributes_.find(key);
    if (key.empty() || found == attributes_.end()) continue;
    std::vector<float> floats;
    for (ProtoReader field(found->second); field.next();) {
      if (field.field() == attribute::t) return tensor_of(field.message());
      if (field.field() == attribute::floats) field.append_to(floats);
    }
    return {false, {floats.begin(), floats.end()}};
  }
  return {};
}

Graph graph_of(std::string_view file) {
  std::string_view body;
  for (ProtoReader model(file); model.next();)
    if (model.field() == model::graph) body = model.bytes();
  if (body.empty()) fail<FileError>("the file has no graph.");
  Graph graph;
  std::vector<std::string_view> constants;
  for (ProtoReader field(body); field.next();) {
    if (field.field() == graph::node) {
      if (graph.operators.size() == most_operators)
        fail<FileError>("the graph has more than {} operators, and one model belongs there.", most_operators);
      graph.operators.emplace_back(field.message());
    }
    if (field.field() == graph::initializer) constants.push_back(name_of_tensor(field.message()));
    if (field.field() == graph::input) graph.inputs.push_back(input_of(field.message()));
  }
  std::ranges::sort(constants);
  std::erase_if(graph.inputs, [&](const Input& input) { return std::ranges::binary_search(constants, input.name); });
  return graph;
}

}  // namespace linden::onnx
