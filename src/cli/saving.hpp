// Saving what took long to make, and standard output that cannot be written.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace linden::cli {

/// Saves a model to `out`. Where that fails after all, the model goes to a new file in the current folder or that for
/// temporary files, and the FileError that is thrown says where it is.
void save_or_rescue(const std::string& out, const std::function<void(const std::filesystem::path&)>& save);

/// Gives the numbers of standard streams that are closed to nothing: the first file that is opened would get them, and
/// with it what is printed. A file that grows beyond its limit is an error from here on, and no signal.
void prepare_streams();

/// The exit code: `code`, or 1 with a message where what was printed could not be written.
int flush_streams(int code);

}  // namespace linden::cli
