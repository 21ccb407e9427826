"""Image processing: what comes out, measured by a decoder of our own."""

import base64
import json

from harness import equal, refused, status, step, true
import harness
import png
import sdk

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def picture(width=80, height=40):
    """Four quarters: red, green / blue, white."""
    top = [RED] * (width // 2) + [GREEN] * (width // 2)
    bottom = [BLUE] * (width // 2) + [WHITE] * (width // 2)
    return [top] * (height // 2) + [bottom] * (height // 2)


def unpadded(text):
    return base64.b64encode(text.encode()).decode().rstrip("=")


def run():
    one = sdk.made("py-images")
    status(one.put_object("p.png", content_type="image/png", body=png.encode(picture())), 201)
    status(one.put_acl(acl=[{"grantee": {"type": "group", "name": "QS_ALL_USERS"}, "permission": "READ"}]), 200)

    def made(action):
        return status(one.image_process("p.png", action=action), 200)

    with step("image: info"):
        answer = made("info")
        told = dict(answer) or json.loads(answer.content)
        equal((told["width"], told["height"], told["type"]), (80, 40, "png"))
        equal(bool(told["alpha"]), False, "alpha")
    with step("image: crop"):
        rows = png.decode(made("crop:w_20,h_10,g_5").content)
        equal((len(rows[0]), len(rows), rows[0][0], rows[9][19]), (20, 10, RED, RED), "north-west")
        rows = png.decode(made("crop:w_20,h_10,g_8").content)
        equal({pixel for row in rows for pixel in row}, {WHITE}, "south-east")
        rows = png.decode(made("crop:w_20,h_10").content)
        equal((rows[0][0], rows[0][19], rows[9][0], rows[9][19]), (RED, GREEN, BLUE, WHITE), "centre")
        equal(png.size(made("crop:w_30").content), (30, 40), "the height of the original")
        rows = png.decode(made("crop:w_10,h_10,l_60,t_2").content)
        equal({pixel for row in rows for pixel in row}, {GREEN}, "by left and top")
        refused(one.image_process("p.png", action="crop:w_10,h_10,l_1,g_1"), 400, "invalid_argument")
    with step("image: rotate, clockwise"):
        rows = png.decode(made("rotate:a_90").content)
        equal((len(rows[0]), len(rows)), (40, 80), "size")
        equal((rows[0][0], rows[0][-1], rows[-1][0], rows[-1][-1]), (BLUE, RED, WHITE, GREEN), "corners")
        rows = png.decode(made("rotate:a_180").content)
        equal((rows[0][0], rows[-1][-1]), (WHITE, RED), "corners")
        rows = png.decode(made("rotate:a_270").content)
        equal((rows[0][0], rows[-1][-1]), (GREEN, BLUE), "corners")
        refused(one.image_process("p.png", action="rotate:a_45"), 400, "invalid_argument")
    with step("image: resize"):
        equal(png.size(made("resize:w_40,h_40").content), (40, 40), "padded")
        equal(png.size(made("resize:w_40,h_40,m_1").content), (40, 40), "forced")
        equal(png.size(made("resize:w_40,h_40,m_2").content), (40, 20), "thumbnail")
        equal(png.size(made("resize:w_40").content), (40, 20), "one side")
        rows = png.decode(made("resize:w_40,h_40,m_1").content)
        equal((rows[2][2], rows[-3][-3]), (RED, WHITE), "forced: corners")
    with step("image: watermarks change the picture and not its size"):
        before = png.decode(made("resize:w_400,h_200,m_1").content)
        text = unpadded("QingStor")
        answer = made(f"resize:w_400,h_200,m_1|watermark:t_{text},p_1,d_500,c_{unpadded('#FF00FF')}")
        after = png.decode(answer.content)
        equal((len(after[0]), len(after)), (400, 200), "size")
        true(after != before, "some pixels are others")
        url = unpadded(f"http://127.0.0.1:{harness.PORT}/py-images/p.png")
        after = png.decode(made(f"resize:w_400,h_200,m_1|watermark_image:u_{url},l_300,t_10,p_1").content)
        equal(after[15][305], RED, "the mark's corner, over green")
        equal(after[195][5], before[195][5], "far from the mark")
    with step("image: formats"):
        for name, begins in [("jpeg", [b"\xff\xd8\xff"]), ("webp", [b"RIFF"]), ("tiff", [b"II*\0", b"MM\0*"])]:
            answer = made(f"format:t_{name}")
            true(any(answer.content.startswith(begin) for begin in begins), f"{name}: {answer.content[:8]!r}")
            equal(answer.headers["Content-Type"], f"image/{name}")
        refused(one.image_process("p.png", action="format:t_bmp"), 400, "invalid_argument")
    with step("image: one after the other, from left to right"):
        answer = made("crop:w_40,h_20,g_5|rotate:a_90|resize:h_80,m_1|format:t_png|info")
        told = dict(answer) or json.loads(answer.content)
        equal((told["width"], told["height"], told["type"]), (40, 80, "png"))
    with step("image: saved into a bucket"):
        target = "save:b_py-images,k_saved/small.png"
        answer = one.image_process("p.png", action="resize:w_40|" + target)
        status(answer, 200)
        answer = status(one.get_object("saved/small.png"), 200)
        equal((png.size(answer.content), answer.headers["Content-Type"]), ((40, 20), "image/png"))
    with step("image: what cannot be done"):
        refused(one.image_process("nowhere.png", action="info"), 404, "object_not_exists")
        refused(one.image_process("p.png", action="explode"), 400, "invalid_argument")
        status(one.put_object("t.png", content_type="image/png", body=b"no picture"), 201)
        equal(400 <= one.image_process("t.png", action="info").status_code < 500, True, "a file that is none")
        equal(status(one.get_object("p.png"), 200).content, png.encode(picture()), "the original is as it was")
