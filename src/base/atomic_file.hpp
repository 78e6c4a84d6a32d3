// Replacing a file whole: the text goes to a temporary name beside it, is synced, and takes the name in one step.
#pragma once

#include <filesystem>
#include <string_view>

namespace linden {

/// Writes `text` to `path`, through a link to what it points to; a device or a pipe is written as it stands. Throws
/// FileError with the system's reason; an existing file then stays as it was, and no temporary file is left behind.
void replace_file(const std::filesystem::path& path, std::string_view text);

/// Throws as replace_file would if it could not even begin; leaves everything as it is. For use before long work.
void check_replaceable(const std::filesystem::path& path);

}  // namespace linden
