// Numbers of fields and types of onnx.proto, by message and name of the field: of what models here are read from and
// written to.
#pragma once

#include <cstdint>

namespace linden::onnx {

namespace model {
constexpr int ir_version = 1, producer_name = 2, producer_version = 3, graph = 7, opset_import = 8, metadata_props = 14;
}
namespace opset {
constexpr int domain = 1, version = 2;
}
namespace entry {
constexpr int key = 1, value = 2;
}
namespace graph {
constexpr int node = 1, name = 2, initializer = 5, input = 11, output = 12;
}
namespace node {
constexpr int input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7;
}
namespace attribute {
constexpr int name = 1, i = 3, s = 4, t = 5, floats = 7, ints = 8, strings = 9, type = 20;
constexpr std::int64_t of_int = 2, of_tensor = 4, of_ints = 7;
}  // namespace attribute
namespace tensor {
constexpr int dims = 1, data_type = 2, float_data = 4, int32_data = 5, string_data = 6, name = 8, raw_data = 9,
              double_data = 10;
constexpr std::int64_t of_float = 1, of_uint8 = 2, of_int8 = 3, of_int64 = 7, of_string = 8, of_double = 11;
}  // namespace tensor
namespace value_info {
constexpr int name = 1, type = 2;
constexpr int tensor_type = 1, elem_type = 1, shape = 2, dim = 1, dim_value = 1, dim_param = 2;
}  // namespace value_info

}  // namespace linden::onnx
