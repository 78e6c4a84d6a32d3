// NumPy's .npy: a line of Python that says what the elements are, and the elements.
#pragma once

#include <linden/tensor.hpp>
#include <string>
#include <string_view>

namespace linden {

/// Whether bytes begin as a .npy file does.
bool looks_like_npy(std::string_view bytes) noexcept;

/// Throws FileError that opens with `where` for whatever is not as the format says.
Tensor read_npy(const std::string& where, std::string_view bytes);

/// The whole file.
std::string write_npy(const Tensor& x);

}  // namespace linden
