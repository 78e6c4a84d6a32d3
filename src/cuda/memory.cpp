#include "cuda/memory.hpp"

#include "cuda/runtime/stream.hpp"

namespace linden::cuda {
namespace {

void* allocate(Context& context, std::int64_t bytes, const char* what) { return context.stream->allocate(bytes, what); }
void release(Context& context, void* memory, std::int64_t bytes) noexcept { context.stream->release(memory, bytes); }

void transfer(Context& context, void* to, const void* from, std::int64_t bytes, cudaMemcpyKind kind, const char* what) {
  if (bytes > 0) check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), kind, stream_of(context)), what);
}

// Whether the GPU cannot reach it: a copy has then been made of it when a call returns.
bool is_pageable(const void* memory) {
  cudaPointerAttributes attributes{};
  const cudaError_t asked = cudaPointerGetAttributes(&attributes, memory);
  if (asked != cudaSuccess) cudaGetLastError();  // an error that has been told must not be told again
  return asked == cudaSuccess && attributes.type == cudaMemoryTypeUnregistered;
}

void upload(Context& context, void* to, const void* from, std::int64_t bytes) {
  const auto count = static_cast<std::size_t>(bytes);
  const bool pageable = bytes > 0 && is_pageable(from);
  if (pageable && count > Staging::not_worth)
    return context.stream->staging().upload(context.workers, stream_of(context), to, from, count);
  transfer(context, to, from, bytes, cudaMemcpyHostToDevice, "a copy to the GPU");
  if (bytes > 0 && !pageable) context.stream->synchronize();
}
void download(Context& context, void* to, const void* from, std::int64_t bytes) {
  const auto count = static_cast<std::size_t>(bytes);
  if (count > Staging::not_worth && is_pageable(to))
    context.stream->staging().download(context.workers, stream_of(context), to, from, count);
  else
    transfer(context, to, from, bytes, cudaMemcpyDeviceToHost, "a copy from the GPU");
  context.stream->synchronize();
}
void copy(Context& context, void* to, const void* from, std::int64_t bytes) {
  transfer(context, to, from, bytes, cudaMemcpyDeviceToDevice, "a copy on the GPU");
}
void fill(Context& context, void* to, std::uint8_t byte, std::int64_t bytes) {
  set_bytes(context, to, byte, static_cast<std::size_t>(bytes), "a fill on the GPU");
}
std::int64_t available(Context& context) { return context.stream->available(); }

}  // namespace

const MemoryKernels& memory_kernels() {
  static constexpr MemoryKernels table{
      .is_host = false,
      .allocate = allocate,
      .release = release,
      .upload = upload,
      .download = download,
      .copy = copy,
      .fill = fill,
      .available = available,
  };
  return table;
}

}  // namespace linden::cuda
