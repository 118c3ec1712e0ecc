using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Tests.Support;

/// <summary>Runs a body for an unmanaged type.</summary>
internal interface ISizedBody
{
    void Run<T>()
        where T : unmanaged;
}

/// <summary>Structures of any number of bytes, made by joining smaller ones; alignment 1.</summary>
internal static class SizedBytes
{
    public const int Largest = 256;

    /// <summary>Every size where shapes, lines or powers of two begin and end; all sizes in a soak.</summary>
    public static IEnumerable<int> Selection => Soak.IsOn
        ? Enumerable.Range(1, Largest)
        :
        [
            1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 47, 48, 63, 64, 65, 100, 127, 128, 129, 192, 255,
            256,
        ];

    /// <summary>Runs the body for the structure of so many bytes.</summary>
    public static void Run(int bytes, ISizedBody body)
    {
        Type type = TypeOf(bytes);
        try
        {
            typeof(ISizedBody).GetMethod(nameof(ISizedBody.Run))!.MakeGenericMethod(type).Invoke(body, null);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is not null)
        {
            throw new InvalidOperationException(
                $"At {bytes} bytes: {exception.InnerException}", exception.InnerException);
        }
    }

    /// <summary>Fills a value so that any mixture with one of another stamp shows.</summary>
    public static T Stamped<T>(byte stamp)
        where T : unmanaged
    {
        T value = default;
        Span<byte> bytes = BytesOf(ref value);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(stamp + (i * 29));
        }

        return value;
    }

    /// <summary>Whether all bytes are of one stamp.</summary>
    public static bool IsWhole<T>(T value)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = BytesOf(ref value);
        for (int i = 1; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)(bytes[0] + (i * 29)))
            {
                return false;
            }
        }

        return true;
    }

    public static byte StampOf<T>(T value)
        where T : unmanaged => BytesOf(ref value)[0];

    public static Span<byte> BytesOf<T>(ref T value)
        where T : unmanaged => MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>());

    private static Type TypeOf(int bytes)
    {
        Type? joined = null;
        Type power = typeof(byte);
        for (int rest = bytes; rest > 0; rest >>= 1)
        {
            if ((rest & 1) != 0)
            {
                joined = joined is null ? power : typeof(Joined<,>).MakeGenericType(power, joined);
            }

            power = typeof(Joined<,>).MakeGenericType(power, power);
        }

        return joined!;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Joined<TFirst, TSecond>
        where TFirst : unmanaged
        where TSecond : unmanaged
    {
        public TFirst First;
        public TSecond Second;
    }
}

/// <summary>A key of any size; equal if all bytes are.</summary>
internal readonly struct SizedKey<TBytes>(TBytes bytes) : IEquatable<SizedKey<TBytes>>
    where TBytes : unmanaged
{
    private readonly TBytes _bytes = bytes;

    public TBytes Bytes => _bytes;

    /// <summary>The key of a number; different for numbers below 256 to the power of the size, up to 2^32.</summary>
    public static SizedKey<TBytes> Of(int number)
    {
        TBytes bytes = SizedBytes.Stamped<TBytes>((byte)number);
        Span<byte> span = SizedBytes.BytesOf(ref bytes);
        for (int i = 0; i < Math.Min(span.Length, 4); i++)
        {
            span[i] = (byte)(number >> (8 * i));
        }

        return new SizedKey<TBytes>(bytes);
    }

    public bool Equals(SizedKey<TBytes> other)
    {
        TBytes mine = _bytes;
        TBytes others = other._bytes;
        return SizedBytes.BytesOf(ref mine).SequenceEqual(SizedBytes.BytesOf(ref others));
    }

    public override bool Equals(object? obj) => obj is SizedKey<TBytes> other && Equals(other);

    public override int GetHashCode()
    {
        TBytes mine = _bytes;
        HashCode hash = default;
        hash.AddBytes(SizedBytes.BytesOf(ref mine));
        return hash.ToHashCode();
    }
}
