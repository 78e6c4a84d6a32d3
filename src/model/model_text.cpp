#include "model/model_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <istream>
#include <memory>
#include <ostream>
#include <system_error>

#include "base/atomic_file.hpp"
#include "base/fail.hpp"
#include "base/size_limit.hpp"

namespace linden {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

ModelSource source_of(const std::filesystem::path& path) {
  const std::string name = path.string();
  const bool standard_input = path == "-";
  std::error_code ignored;
  if (!standard_input && std::filesystem::is_directory(path, ignored))
    fail<FileError>("load(\"{}\"): it is a directory, not a file.", name);
  std::shared_ptr<std::FILE> file;
  if (standard_input) {
    file = std::shared_ptr<std::FILE>(stdin, [](std::FILE*) {});
  } else if (std::FILE* const opened = std::fopen(path.c_str(), "rb")) {
    file = std::shared_ptr<std::FILE>(opened, std::fclose);
    std::setvbuf(opened, nullptr, _IONBF, 0);  // it is read in blocks
  } else {
    fail<FileError>("load(\"{}\"): cannot open the file: {}.", name, reason(errno));
  }
  return {name,
          [file, name](char* block, std::size_t most) {
            const std::size_t read = std::fread(block, 1, most, file.get());
            if (read == 0 && std::ferror(file.get()))
              fail<FileError>("load(\"{}\"): cannot read the file: {}.", name, reason(errno));
            return read;
          },
          true};
}

ModelSource source_of(std::istream& in) {
  if (!in.good()) fail<FileError>("load: the stream is not good for reading.");
  return {"the stream",
          [&in](char* block, std::size_t most) {
            using Traits = std::istream::traits_type;
            std::size_t size = 0;
            while (size < most) {
              const auto c = in.rdbuf()->sbumpc();
              if (Traits::eq_int_type(c, Traits::eof())) break;
              block[size++] = Traits::to_char_type(c);
              if (block[size - 1] == '\n') break;
            }
            return size;
          },
          false};
}

ModelSource source_of_text(std::string_view text) {
  return {"the text",
          [text](char* block, std::size_t most) mutable {
            const std::size_t size = text.copy(block, most);
            text.remove_prefix(size);
            return size;
          },
          true};
}

void write_text(const std::filesystem::path& path, const std::function<void(const TextSink&)>& write) {
  FileReplacement file(path);
  write([&](std::string_view text) { file.write(text); });
  file.commit();
}

void write_text(std::ostream& out, const std::function<void(const TextSink&)>& write) {
  const auto check = [&] {
    if (!out) fail<FileError>("cannot write the model: the stream has failed.");
  };
  const SizeLimitIsAnError guard;  // whatever file there is behind the stream
  try {
    check();
    write([&](std::string_view text) {
      out.write(text.data(), static_cast<std::streamsize>(text.size()));
      check();
    });
    out.flush();
    check();
  } catch (const std::ios_base::failure&) {
    fail<FileError>("cannot write the model: the stream has failed.");
  }
}

}  // namespace linden
