// Growing a tree of rows whose bins go by in pages.
#pragma once

#include "backend/backend.hpp"
#include "backend/page_kernels.hpp"
#include "boosting/bins/pages/page_file.hpp"

namespace linden {

/// What grow() does, and the same tree: each step of growth reads all pages once.
void grow_by_pages(const Backend& on, Context& context, TreeMemory& tree, PageMemory& pages, const PageReader& file);

}  // namespace linden
