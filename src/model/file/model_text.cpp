#include "model/file/model_text.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <istream>
#include <memory>
#include <ostream>
#include <system_error>

#include "base/fail.hpp"
#include "base/files/gzip.hpp"
#include "base/out_of_memory.hpp"
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
  const int descriptor = standard_input ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail<FileError>("load(\"{}\"): cannot open the file: {}.", name, reason(errno));
  const gzFile opened = ::gzdopen(descriptor, "rb");  // reads what is not compressed, too
  if (opened == nullptr) {                            // zlib found no memory, and left the descriptor
    ::close(descriptor);
    fail_out_of_memory("load");
  }
  const std::shared_ptr<gzFile_s> file(opened, ::gzclose);
  return {name,
          [file, name](char* block, std::size_t most) {
            const int read = ::gzread(file.get(), block, static_cast<unsigned>(most));
            if (read >= 0) return static_cast<std::size_t>(read);
            int error = Z_OK;
            ::gzerror(file.get(), &error);
            if (error == Z_ERRNO) fail<FileError>("load(\"{}\"): cannot read the file: {}.", name, reason(errno));
            fail<FileError>("load(\"{}\"): the file is compressed by gzip and damaged. Hint: copy it again.", name);
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

ModelFormat format_by_name(const std::filesystem::path& path) {
  const std::filesystem::path plain = path.extension() == ".gz" ? path.stem() : path;
  const std::string ending = plain.extension().string();
  return ending == ".linden" || ending == ".bin" ? ModelFormat::binary : ModelFormat::json;
}

void write_text(const std::filesystem::path& path, const std::function<void(const TextSink&)>& write) {
  replace_by_name(path, write);
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
