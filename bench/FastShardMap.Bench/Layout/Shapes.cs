namespace FastShardMap.Bench.Layout;

/// <summary>
/// The shape of a group as type parameter, so that slots and stride are constants of the compiled loop.
/// </summary>
internal interface IShape
{
    static abstract int Slots { get; }

    static abstract int StrideBytes { get; }
}

// Named slots "In" stride. Strides are multiples of 16: control and version word never lie on two cache lines.

internal readonly struct Slots1In320 : IShape { public static int Slots => 1; public static int StrideBytes => 320; }
internal readonly struct Slots2In32 : IShape { public static int Slots => 2; public static int StrideBytes => 32; }
internal readonly struct Slots2In64 : IShape { public static int Slots => 2; public static int StrideBytes => 64; }
internal readonly struct Slots2In192 : IShape { public static int Slots => 2; public static int StrideBytes => 192; }
internal readonly struct Slots2In576 : IShape { public static int Slots => 2; public static int StrideBytes => 576; }
internal readonly struct Slots3In64 : IShape { public static int Slots => 3; public static int StrideBytes => 64; }
internal readonly struct Slots3In112 : IShape { public static int Slots => 3; public static int StrideBytes => 112; }
internal readonly struct Slots3In128 : IShape { public static int Slots => 3; public static int StrideBytes => 128; }
internal readonly struct Slots3In256 : IShape { public static int Slots => 3; public static int StrideBytes => 256; }
internal readonly struct Slots3In832 : IShape { public static int Slots => 3; public static int StrideBytes => 832; }
internal readonly struct Slots4In112 : IShape { public static int Slots => 4; public static int StrideBytes => 112; }
internal readonly struct Slots4In128 : IShape { public static int Slots => 4; public static int StrideBytes => 128; }
internal readonly struct Slots5In96 : IShape { public static int Slots => 5; public static int StrideBytes => 96; }
internal readonly struct Slots6In64 : IShape { public static int Slots => 6; public static int StrideBytes => 64; }
internal readonly struct Slots7In128 : IShape { public static int Slots => 7; public static int StrideBytes => 128; }
internal readonly struct Slots7In192 : IShape { public static int Slots => 7; public static int StrideBytes => 192; }
internal readonly struct Slots7In240 : IShape { public static int Slots => 7; public static int StrideBytes => 240; }
internal readonly struct Slots7In256 : IShape { public static int Slots => 7; public static int StrideBytes => 256; }
internal readonly struct Slots7In464 : IShape { public static int Slots => 7; public static int StrideBytes => 464; }
internal readonly struct Slots7In512 : IShape { public static int Slots => 7; public static int StrideBytes => 512; }
internal readonly struct Slots7In1808 : IShape { public static int Slots => 7; public static int StrideBytes => 1808; }
internal readonly struct Slots7In1856 : IShape { public static int Slots => 7; public static int StrideBytes => 1856; }
