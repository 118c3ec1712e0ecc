using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Writes to a Linux file descriptor at its current position, which other processes also move. A
/// <see cref="FileStream"/> would keep its own position.
/// </summary>
internal sealed class DescriptorStream(SafeFileHandle descriptor) : WriteOnlyStream
{
    private const int Interrupted = 4;

    /// <summary>Writes as much as possible. An error is ignored, because there is nowhere to report it.</summary>
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
