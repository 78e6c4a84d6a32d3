// The insides of Dataset::from_libsvm, for tests that choose the text and the blocks.
#pragma once

#include <cstddef>
#include <linden/data.hpp>

#include "data/text/text_file.hpp"

namespace linden {

/// `block`: about how many bytes one task parses; 0 chooses. `schema`: the one to read by, or null.
Dataset parse_libsvm(const Text& text, const Source& source, const LibsvmOptions& options, std::size_t block = 0,
                     const Schema* schema = nullptr);

}  // namespace linden
