using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Bench.Memory;

/// <summary>The physical memory of this process, read without allocating.</summary>
internal sealed class ResidentSet : IDisposable
{
    private readonly SafeFileHandle? _statm;

    public ResidentSet()
    {
        if (OperatingSystem.IsLinux())
        {
            _statm = File.OpenHandle("/proc/self/statm");
        }
    }

    public long Bytes
    {
        get
        {
            if (_statm is null)
            {
                return Environment.WorkingSet;
            }

            // "total resident shared …", in pages.
            Span<byte> text = stackalloc byte[128];
            text = text[..RandomAccess.Read(_statm, text, fileOffset: 0)];
            text = text[(text.IndexOf((byte)' ') + 1)..];
            return Utf8Parser.TryParse(text, out long pages, out _) ? pages * Environment.SystemPageSize : 0;
        }
    }

    public void Dispose() => _statm?.Dispose();
}
