"""What people do to pictures, with strengths, places and colours drawn from a seed.

The first 21 edits are those of the README's table. They draw from one random generator, in one order,
so that figures of different days can be compared; whatever is added goes behind them and draws from
the other.
"""

import math
import random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do".split()
# edits whose mean is quoted
QUOTED = 21


class Hand:
    """One random generator and what is drawn with it."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def colour(self):
        return tuple(self.draw.randint(0, 255) for _ in range(3))

    def write(self, picture, box, fill, size):
        """Lines of words in a box."""
        left, top, width, height = box
        font, pen = ImageFont.load_default(size=size), ImageDraw.Draw(picture)
        for line in range(top, top + height - size, int(size * 1.4)):
            count = max(1, width // (size * 4))
            words = " ".join(self.draw.choice(WORDS) for _ in range(count))
            pen.text((left, line), words, fill=fill, font=font)


class Edits(Hand):
    """The first 21."""

    def __init__(self, seed, photographs):
        super().__init__(seed)
        self.photographs = photographs

    def resized(self, photo):
        return photo.resize([int(side * self.draw.uniform(0.4, 1.2)) for side in photo.size])

    def tone(self, photo):
        photo = ImageEnhance.Color(photo).enhance(self.draw.uniform(0.4, 1.8))
        photo = ImageEnhance.Contrast(photo).enhance(self.draw.uniform(0.6, 1.5))
        return ImageEnhance.Brightness(photo).enhance(self.draw.uniform(0.7, 1.3))

    def logo(self, photo):
        photo = photo.copy()
        size = int(min(photo.size) * self.draw.uniform(0.08, 0.28))
        left = self.draw.choice([4, photo.width - size - 4])
        top = self.draw.choice([4, photo.height - size - 4])
        pen = ImageDraw.Draw(photo)
        pen.rectangle((left, top, left + size, top + size), fill=self.colour())
        inner = (left + size // 4, top + size // 4, left + 3 * size // 4, top + 3 * size // 4)
        pen.ellipse(inner, fill=self.colour())
        return photo

    def crop(self, photo, least, most):
        width, height = (int(side * self.draw.uniform(least, most)) for side in photo.size)
        left = self.draw.randint(0, photo.width - width)
        top = self.draw.randint(0, photo.height - height)
        return photo.crop((left, top, left + width, top + height))

    def rotated(self, photo, most, inside):
        angle = self.draw.uniform(-most, most)
        turned = photo.rotate(angle, Image.BICUBIC)
        if not inside:
            return turned
        ratio = max(photo.width / photo.height, photo.height / photo.width)
        part = 1 - 1.2 * math.sin(abs(math.radians(angle))) * ratio
        width, height = (int(side * max(0.7, part)) for side in photo.size)
        left, top = (photo.width - width) // 2, (photo.height - height) // 2
        return turned.crop((left, top, left + width, top + height))

    def border(self, photo):
        sides = tuple(int(self.draw.uniform(0.02, 0.15) * min(photo.size)) for _ in range(4))
        return ImageOps.expand(photo, sides, self.colour())

    def caption(self, photo):
        height, dark = int(photo.height * self.draw.uniform(0.1, 0.3)), self.draw.random() < 0.5
        page = (10,) * 3 if dark else (255,) * 3
        canvas = Image.new("RGB", (photo.width, photo.height + height), page)
        ink = (240,) * 3 if dark else (0,) * 3
        self.write(canvas, (10, 6, photo.width - 20, height), ink, max(12, height // 3))
        canvas.paste(photo, (0, height))
        return canvas

    def letterbox(self, photo):
        ratio = self.draw.choice([1, 9 / 16, 21 / 9, 16 / 9])
        width = max(photo.width, int(photo.height * ratio))
        height = max(photo.height, int(photo.width / ratio))
        canvas = Image.new("RGB", (width, height))
        canvas.paste(photo, ((width - photo.width) // 2, (height - photo.height) // 2))
        return canvas

    def screenshot(self, photo):
        across = self.draw.choice([720, 828, 1080])
        down, dark = int(across * self.draw.uniform(1.9, 2.2)), self.draw.random() < 0.5
        page = (self.draw.randint(8, 30),) * 3 if dark else (self.draw.randint(240, 255),) * 3
        ink = (220,) * 3 if dark else (30,) * 3
        canvas = Image.new("RGB", (across, down), page)
        width = self.draw.choice([across, across, int(across * self.draw.uniform(0.8, 0.95))])
        height = int(photo.height * width / photo.width)
        if height > down * 0.7:
            height = int(down * 0.7)
            width = int(photo.width * height / photo.height)
        low = int(down * 0.1)
        left, top = (across - width) // 2, self.draw.randint(low, max(low + 1, int(down * 0.85) - height))
        self.write(canvas, (20, 15, across // 3, 40), ink, 28)
        self.write(canvas, (30, int(down * 0.05), across // 2, 50), ink, 32)
        canvas.paste(photo.resize((width, height), Image.LANCZOS), (left, top))
        rest = max(0, down - top - height - 60)
        self.write(canvas, (30, top + height + 20, across - 60, rest), ink, 30)
        pen = ImageDraw.Draw(canvas)
        for button in range(5):
            left = 60 + button * across // 5
            pen.ellipse((left, down - 60, left + 40, down - 20), outline=ink, width=3)
        return canvas

    def collage(self, photo, across, down):
        gap = self.draw.choice([0, 0, 6, 12])
        parts = [photo] + [self.draw.choice(self.photographs) for _ in range(across * down - 1)]
        self.draw.shuffle(parts)
        width, height = 400, 320
        canvas = Image.new("RGB", (across * (width + gap) - gap, down * (height + gap) - gap), "white")
        for number, part in enumerate(parts):
            place = (number % across * (width + gap), number // across * (height + gap))
            canvas.paste(part.resize((width, height)), place)
        return canvas

    def all(self, photo):
        """Each edit with its name."""
        mirrored = ImageOps.mirror(photo)
        yield "encoded again, resized", self.resized(photo)
        yield "tone", self.tone(photo)
        yield "logo in a corner", self.logo(photo)
        yield "crop, 93-99 % kept", self.crop(photo, 0.93, 0.99)
        yield "crop, 85-95 % kept", self.crop(photo, 0.85, 0.95)
        yield "crop, 70-85 % kept", self.crop(photo, 0.70, 0.85)
        yield "rotated up to 8 degrees", self.rotated(photo, 8, inside=False)
        yield "rotated up to 5, cut", self.rotated(photo, 5, inside=True)
        yield "border", self.border(photo)
        yield "letterbox", self.letterbox(photo)
        yield "caption", self.caption(photo)
        yield "screenshot", self.screenshot(photo)
        yield "mirrored", mirrored
        yield "mirrored, tone", self.tone(mirrored)
        yield "screenshot, mirrored", self.screenshot(mirrored)
        yield "crop 5 %, logo", self.logo(self.crop(photo, 0.95, 0.95))
        yield "crop 3 %, caption", self.caption(self.crop(photo, 0.97, 0.97))
        yield "border, turned by 90", self.border(photo).rotate(90, expand=True)
        yield "negative", ImageOps.invert(photo)
        yield "collage of 2", self.collage(photo, 2, 1)
        yield "collage of 4", self.collage(photo, 2, 2)


class MoreEdits(Hand):
    """Those that came later."""

    def blurred_letterbox(self, photo):
        """Bars filled with the photograph itself, enlarged and blurred."""
        fitting = [16 / 9, 9 / 16, 1]
        # a ratio that is nearly the photograph's own makes no bars
        own = photo.width / photo.height
        ratio = self.draw.choice([other for other in fitting if abs(math.log(other / own)) > 0.1])
        width = max(photo.width, int(photo.height * ratio))
        height = max(photo.height, int(photo.width / ratio))
        blur = self.draw.uniform(0.03, 0.08) * max(width, height)
        canvas = ImageOps.fit(photo, (width, height)).filter(ImageFilter.GaussianBlur(blur))
        canvas = ImageEnhance.Brightness(canvas).enhance(self.draw.choice([1, 1, 0.6]))
        canvas.paste(photo, ((width - photo.width) // 2, (height - photo.height) // 2))
        return canvas

    def desktop(self, photo):
        """A window on a desktop: title bar, side bar, the photograph, a line of text below it."""
        across, down = self.draw.choice([(1280, 720), (1366, 768), (1440, 900)])
        dark = self.draw.random() < 0.5
        page, bar, side, ink = (
            ((32,) * 3, (45,) * 3, (38,) * 3, (220,) * 3)
            if dark
            else ((255,) * 3, (222, 225, 230), (243,) * 3, (40,) * 3)
        )
        canvas = Image.new("RGB", (across, down), self.colour())
        left, top = (int(side * self.draw.uniform(0, 0.12)) for side in (across, down))
        right = across - int(across * self.draw.uniform(0, 0.12))
        bottom = down - int(down * self.draw.uniform(0.06, 0.14))
        title, column = self.draw.randint(28, 40), self.draw.randint(120, 260)
        pen = ImageDraw.Draw(canvas)
        pen.rectangle((0, down - 36, across, down), fill=bar)
        pen.rectangle((left, top, right, bottom), fill=page)
        pen.rectangle((left, top, right, top + title), fill=bar)
        pen.rectangle((left, top + title, left + column, bottom), fill=side)
        for button, fill in enumerate([(255, 95, 86), (255, 189, 46), (39, 201, 63)]):
            at = left + 12 + 22 * button
            pen.ellipse((at, top + 10, at + 12, top + 22), fill=fill)
        self.write(canvas, (left + 100, top + 6, 300, 30), ink, 16)
        self.write(canvas, (left + 12, top + title + 16, column - 40, bottom - top - 120), ink, 14)
        room = (right - left - column - 48, bottom - top - title - 80)
        part = min(room[0] / photo.width, room[1] / photo.height)
        size = (int(photo.width * part), int(photo.height * part))
        place = (left + column + 24 + (room[0] - size[0]) // 2, top + title + 20)
        canvas.paste(photo.resize(size, Image.LANCZOS), place)
        self.write(canvas, (place[0], place[1] + size[1] + 12, size[0], 40), ink, 16)
        return canvas

    def caption_below(self, photo):
        height, dark = int(photo.height * self.draw.uniform(0.1, 0.3)), self.draw.random() < 0.5
        page, ink = ((10,) * 3, (240,) * 3) if dark else ((255,) * 3, (0,) * 3)
        canvas = Image.new("RGB", (photo.width, photo.height + height), page)
        box = (10, photo.height + 6, photo.width - 20, height)
        self.write(canvas, box, ink, max(12, height // 3))
        canvas.paste(photo, (0, 0))
        return canvas

    def sticker(self, photo):
        """A face, 10 to 35 % of the short side, anywhere."""
        photo = photo.copy()
        size = int(min(photo.size) * self.draw.uniform(0.10, 0.35))
        left = self.draw.randint(0, photo.width - size)
        top = self.draw.randint(0, photo.height - size)
        pen = ImageDraw.Draw(photo)
        part = size / 10
        pen.ellipse((left, top, left + size, top + size), fill=self.colour())
        for eye in (3, 6):
            x, y = left + eye * part, top + 3 * part
            pen.ellipse((x, y, x + part, y + 2 * part), fill=(20, 20, 20))
        mouth = (left + 2.5 * part, top + 4 * part, left + 7.5 * part, top + 8 * part)
        pen.arc(mouth, 20, 160, fill=(20, 20, 20), width=max(2, size // 15))
        return photo

    def words(self, photo):
        """Outlined words across it, above, below or in the middle."""
        photo = photo.copy()
        size = int(photo.height * self.draw.uniform(0.05, 0.14))
        font, pen = ImageFont.load_default(size=size), ImageDraw.Draw(photo)
        count = max(1, int(photo.width / (size * 3.2)))
        for place in self.draw.choice([[0.03], [0.82], [0.03, 0.82], [0.45]]):
            words = " ".join(self.draw.choice(WORDS) for _ in range(count)).upper()
            at = (photo.width // 2, int(photo.height * place))
            edge = max(1, size // 14)
            pen.text(at, words, (255,) * 3, font, anchor="ma", stroke_width=edge, stroke_fill=(0,) * 3)
        return photo

    def all(self, photo):
        """Each edit with its name."""
        yield "letterbox, blurred", self.blurred_letterbox(photo)
        yield "desktop screenshot", self.desktop(photo)
        yield "caption below", self.caption_below(photo)
        yield "sticker", self.sticker(photo)
        yield "text on it", self.words(photo)


def copies(edits, photo):
    """Each edit's name and copy, and the JPEG quality that it is saved with."""
    for name, copy in edits.all(photo):
        yield name, copy, edits.draw.randint(70, 95)
