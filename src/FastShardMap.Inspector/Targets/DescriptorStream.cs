using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Inspector.Targets;

/// <summary>Writes to a descriptor of Linux where it stands, which other processes move too: a file's own stream keeps a
/// position of its own.</summary>
internal sealed class DescriptorStream(SafeFileHandle descriptor) : WriteOnlyStream
{
    private const int Interrupted = 4;

    /// <summary>Writes all of it, or what can be written: messages about that would have nowhere to go.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = LinuxNative.Write(descriptor, buffer);
            if (written > 0)
            {
                buffer = buffer[(int)written..];
            }
            else if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return;
            }
        }
    }
}
