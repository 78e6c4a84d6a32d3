// The .safetensors format: eight bytes of length, a JSON object that says where each tensor stands, and the elements.
#pragma once

#include <linden/tensor.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// Throws FileError that opens with `where` for whatever is not as the format says: tensors must fill the file without
/// gaps. In the order of the elements.
std::vector<NamedTensor> read_safetensors(const std::string& where, std::string_view bytes);

/// The whole file, the widest elements first, so that all are aligned.
std::string write_safetensors(const std::vector<NamedTensor>& tensors);

}  // namespace linden
