using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Tables;

namespace FastShardMap.Tests.Tables;

/// <summary>Values of every size above that of registers are copied whole, and nothing around them is
/// touched.</summary>
public sealed unsafe class WideValueTests
{
    private const int Margin = 64;

    public static TheoryData<int> Sizes =>
    [
        33, 40, 48, 63, 64, 65, 95, 96, 97, 100, 127, 128, 129, 159,
        160, 191, 192, 193, 224, 255, 256, 257, 300, 511, 512, 513, 1000, 4096,
    ];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Copy_EverySize_CopiesAllBytesAndNoOther(int size)
    {
        Action test = size switch
        {
            33 => Copy<Bytes33>,
            40 => Copy<Bytes40>,
            48 => Copy<Bytes48>,
            63 => Copy<Bytes63>,
            64 => Copy<Bytes64>,
            65 => Copy<Bytes65>,
            95 => Copy<Bytes95>,
            96 => Copy<Bytes96>,
            97 => Copy<Bytes97>,
            100 => Copy<Bytes100>,
            127 => Copy<Bytes127>,
            128 => Copy<Bytes128>,
            129 => Copy<Bytes129>,
            159 => Copy<Bytes159>,
            160 => Copy<Bytes160>,
            191 => Copy<Bytes191>,
            192 => Copy<Bytes192>,
            193 => Copy<Bytes193>,
            224 => Copy<Bytes224>,
            255 => Copy<Bytes255>,
            256 => Copy<Bytes256>,
            257 => Copy<Bytes257>,
            300 => Copy<Bytes300>,
            511 => Copy<Bytes511>,
            512 => Copy<Bytes512>,
            513 => Copy<Bytes513>,
            1000 => Copy<Bytes1000>,
            4096 => Copy<Bytes4096>,
            _ => throw new ArgumentOutOfRangeException(nameof(size)),
        };
        test();
    }

    private static void Copy<TValue>()
        where TValue : unmanaged
    {
        Assert.True(sizeof(TValue) > WideValue.MaxRegisterBytes);
        byte[] source = new byte[sizeof(TValue)];
        new Random(sizeof(TValue)).NextBytes(source);
        byte[] target = new byte[sizeof(TValue) + (2 * Margin)];
        Array.Fill(target, (byte)0xA5);
        fixed (byte* from = source)
        {
            WideValue.Copy(from, out Unsafe.As<byte, TValue>(ref target[Margin]));
        }

        Assert.Equal(source, target[Margin..^Margin]);
        Assert.DoesNotContain(target[..Margin], static other => other != 0xA5);
        Assert.DoesNotContain(target[^Margin..], static other => other != 0xA5);
    }

    [StructLayout(LayoutKind.Sequential, Size = 33)]
    private struct Bytes33;

    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct Bytes40;

    [StructLayout(LayoutKind.Sequential, Size = 48)]
    private struct Bytes48;

    [StructLayout(LayoutKind.Sequential, Size = 63)]
    private struct Bytes63;

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Bytes64;

    [StructLayout(LayoutKind.Sequential, Size = 65)]
    private struct Bytes65;

    [StructLayout(LayoutKind.Sequential, Size = 95)]
    private struct Bytes95;

    [StructLayout(LayoutKind.Sequential, Size = 96)]
    private struct Bytes96;

    [StructLayout(LayoutKind.Sequential, Size = 97)]
    private struct Bytes97;

    [StructLayout(LayoutKind.Sequential, Size = 100)]
    private struct Bytes100;

    [StructLayout(LayoutKind.Sequential, Size = 127)]
    private struct Bytes127;

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Bytes128;

    [StructLayout(LayoutKind.Sequential, Size = 129)]
    private struct Bytes129;

    [StructLayout(LayoutKind.Sequential, Size = 159)]
    private struct Bytes159;

    [StructLayout(LayoutKind.Sequential, Size = 160)]
    private struct Bytes160;

    [StructLayout(LayoutKind.Sequential, Size = 191)]
    private struct Bytes191;

    [StructLayout(LayoutKind.Sequential, Size = 192)]
    private struct Bytes192;

    [StructLayout(LayoutKind.Sequential, Size = 193)]
    private struct Bytes193;

    [StructLayout(LayoutKind.Sequential, Size = 224)]
    private struct Bytes224;

    [StructLayout(LayoutKind.Sequential, Size = 255)]
    private struct Bytes255;

    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Bytes256;

    [StructLayout(LayoutKind.Sequential, Size = 257)]
    private struct Bytes257;

    [StructLayout(LayoutKind.Sequential, Size = 300)]
    private struct Bytes300;

    [StructLayout(LayoutKind.Sequential, Size = 511)]
    private struct Bytes511;

    [StructLayout(LayoutKind.Sequential, Size = 512)]
    private struct Bytes512;

    [StructLayout(LayoutKind.Sequential, Size = 513)]
    private struct Bytes513;

    [StructLayout(LayoutKind.Sequential, Size = 1000)]
    private struct Bytes1000;

    [StructLayout(LayoutKind.Sequential, Size = 4096)]
    private struct Bytes4096;
}
