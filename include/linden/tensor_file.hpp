// Tensors in files that others read: NumPy's .npy and .npz, and .safetensors.
//
//     save_tensors("net.npz", {{"w", w}, {"b", b}});                 // np.load("net.npz")["w"]
//     std::vector<NamedTensor> net = load_tensors("net.npz");
//     Tensor back = tensor_named(net, "w");
//     save_tensors("adam.safetensors", adam.state());                // of an optimizer
//     save_tensor("x.npy", x);                                       // one tensor, without a name
//     Tensor same = load_tensor("x.npy");
//
// Tensors are written from any device, row-major, in their own dtype, and are read to the CPU. Files of others may be
// big-endian or in Fortran's order. What has no dtype here is widened: f16 and bf16 to f32, 8 and 16 bits to i32
// (unsigned bytes stay u8), unsigned 32 and 64 bits to i64; complex numbers, text and objects are refused.
//
// Reading trusts nothing: it throws FileError for whatever is not as the format says, and asks for no more memory than
// the file holds (times 1032, which is how far the compressed .npz of others can be packed).
#pragma once

#include <filesystem>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>
#include <string_view>
#include <vector>

namespace linden {

/// Writes one tensor as .npy; the file appears whole or not at all. Throws FileError when it cannot be written.
LINDEN_API void save_tensor(const std::filesystem::path& path, const Tensor& x);
/// Reads a .npy file.
LINDEN_API Tensor load_tensor(const std::filesystem::path& path);

/// Writes tensors with their names, as .npz (not compressed) or .safetensors by the ending of `path`; the file appears
/// whole or not at all. Throws ArgumentError for another ending and for names that are empty, not UTF-8 or there twice,
/// FileError when it cannot be written.
LINDEN_API void save_tensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors);
/// Reads a .npz or .safetensors file, whatever its ending, in the order of the file.
LINDEN_API std::vector<NamedTensor> load_tensors(const std::filesystem::path& path);

/// The tensor of this name. Throws ArgumentError with the nearest name where there is none.
LINDEN_API Tensor tensor_named(const std::vector<NamedTensor>& tensors, std::string_view name);

}  // namespace linden
