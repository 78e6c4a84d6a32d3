// Which reader a file wants.
#pragma once

#include <filesystem>

namespace linden {

/// Whether a file holds libsvm's "label index:value ..." lines: by its ending (.csv and .tsv do not; .libsvm, .svm and
/// .svmlight do), else by its first line of more than one word. Standard input ("-") is taken for CSV. Throws FileError
/// when it has to look and cannot.
bool looks_like_libsvm(const std::filesystem::path& path);

}  // namespace linden
