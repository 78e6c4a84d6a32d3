// Files of tensors: which format, which names, and the errors of both.
#include <algorithm>
#include <linden/tensor_file.hpp>
#include <set>

#include "base/files/atomic_file.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/utf8.hpp"
#include "data/text/text_file.hpp"
#include "tensor_file/npy.hpp"
#include "tensor_file/safetensors.hpp"
#include "tensor_file/zip.hpp"

namespace linden {
namespace {

constexpr std::string_view npy_ending = ".npy";

/// Calls `action` with the call for messages and the bytes of the file.
template <class Action>
auto reading(const char* function, const std::filesystem::path& path, const Action& action) try {
  const std::string where = fmt::format("{}(\"{}\")", function, path.string());
  const Text text = Text::read_archive(path, where);
  return action(where, std::string_view(text.begin(), static_cast<std::size_t>(text.end() - text.begin())));
} catch (const std::bad_alloc&) {
  fail_out_of_memory(function);
}

std::vector<NamedTensor> read_npz(const std::string& where, std::string_view bytes) {
  std::vector<NamedTensor> tensors;
  std::set<std::string> names;
  for (const ZipEntry& entry : read_zip(where, bytes)) {
    const std::string file = fmt::format("{}: \"{}\"", where, entry.name);
    if (!entry.name.ends_with(npy_ending)) fail<FileError>("{}: it is no .npy file, as all within a .npz are.", file);
    const std::string name = entry.name.substr(0, entry.name.size() - npy_ending.size());
    if (!names.insert(name).second) fail<FileError>("{}: it is there twice.", file);
    tensors.push_back({name, read_npy(file, entry.content)});
  }
  return tensors;
}

std::string write_npz(const std::vector<NamedTensor>& tensors) {
  ZipWriter archive;
  for (const NamedTensor& tensor : tensors) archive.add(tensor.name + std::string(npy_ending), write_npy(tensor.value));
  return std::move(archive).finished();
}

void check_names(const std::string& where, const std::vector<NamedTensor>& tensors) {
  constexpr std::size_t longest = 65000;  // an archive has 16 bits for it
  std::set<std::string_view> names;
  for (const NamedTensor& tensor : tensors) {
    if (tensor.name.empty())
      fail<ArgumentError>("{}: a tensor of shape {} has no name.", where, tensor.value.shape().text());
    if (!is_utf8(tensor.name) || tensor.name.size() > longest)
      fail<ArgumentError>("{}: a name is not UTF-8, or longer than {} bytes.", where, longest);
    if (tensor.name == "__metadata__")
      fail<ArgumentError>("{}: \"__metadata__\" is no name that a tensor may have in a file.", where);
    if (!names.insert(tensor.name).second)
      fail<ArgumentError>("{}: two tensors are called \"{}\".", where, tensor.name);
  }
}

}  // namespace

void save_tensor(const std::filesystem::path& path, const Tensor& x) try {
  replace_file(path, write_npy(x));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("save_tensor");
}

Tensor load_tensor(const std::filesystem::path& path) {
  return reading("load_tensor", path, [](const std::string& where, std::string_view bytes) {
    if (looks_like_zip(bytes)) fail<FileError>("{}: it is an archive of tensors. Hint: load_tensors reads it.", where);
    return read_npy(where, bytes);
  });
}

void save_tensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors) try {
  const std::string where = fmt::format("save_tensors(\"{}\")", path.string());
  check_names(where, tensors);
  if (path.extension() == ".npz")
    replace_file(path, write_npz(tensors));
  else if (path.extension() == ".safetensors")
    replace_file(path, write_safetensors(tensors));
  else
    fail<ArgumentError>("{}: the ending says the format, and this is neither .npz nor .safetensors.", where);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("save_tensors");
}

std::vector<NamedTensor> load_tensors(const std::filesystem::path& path) {
  return reading("load_tensors", path, [](const std::string& where, std::string_view bytes) {
    if (looks_like_npy(bytes)) fail<FileError>("{}: it is one tensor. Hint: load_tensor reads it.", where);
    return looks_like_zip(bytes) ? read_npz(where, bytes) : read_safetensors(where, bytes);
  });
}

Tensor tensor_named(const std::vector<NamedTensor>& tensors, std::string_view name) try {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const NamedTensor& t) { return t.name == name; });
  if (found != tensors.end()) return found->value;
  std::vector<std::string> names;
  for (const NamedTensor& tensor : tensors) names.push_back(tensor.name);
  fail<ArgumentError>("tensor_named: no tensor \"{}\". {}Tensors: {}.", name, did_you_mean(name, names),
                      listing(names));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("tensor_named");
}

}  // namespace linden
