// Replacing a file whole: the text goes to a temporary name beside it, is synced, and takes the name in one step.
#pragma once

#include <filesystem>
#include <string_view>

namespace linden {

/// Writes `text` to `path`. Throws FileError with the system's reason; an existing file then stays as it was, and no
/// temporary file is left behind.
void replace_file(const std::filesystem::path& path, std::string_view text);

}  // namespace linden
