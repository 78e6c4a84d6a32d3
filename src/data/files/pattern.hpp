// Several files by one pattern.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// Whether a path has a * or ? in its last part, and no file is called so.
bool is_pattern(const std::filesystem::path& path);
/// The files that a pattern stands for, in the order of their names; a path without one is a file. Throws FileError,
/// which opens with `call`, where there is none.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& pattern, const std::string& call);
/// Whether a name is one of a pattern: * is any letters, also none, and ? is one.
bool matches(std::string_view pattern, std::string_view name);

}  // namespace linden
