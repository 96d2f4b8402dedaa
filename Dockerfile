# The images of docker-compose.yml: "application" also runs the migrations, "lab" has JupyterLab on top. Both work as the
# ordinary user of Deno's image, and hold every package: nothing is downloaded at the start.

FROM denoland/deno:debian-2.8.1 AS application
# libpq is for the application that blocks
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpq5 \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner deno --group deno /workbook
WORKDIR /workbook
USER deno
COPY --chown=deno:deno deno.json deno.lock ./
COPY --chown=deno:deno lib lib
COPY --chown=deno:deno app app
COPY --chown=deno:deno workbook workbook
COPY --chown=deno:deno migrations migrations
COPY --chown=deno:deno tools tools
RUN deno install \
 && deno cache app/main_*.ts tools/app.ts tools/lab.ts lib/migrate/cli.ts workbook/show/mod.ts workbook/mod.ts
ENV HOST=0.0.0.0
EXPOSE 8000
CMD ["deno", "task", "app", "--driver", "pg"]

FROM application AS lab
USER root
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
USER deno
COPY --chown=deno:deno requirements.txt README.md ./
RUN deno task lab --set-up
COPY --chown=deno:deno notebooks notebooks
# a volume mounted here has the rights of this folder
RUN mkdir my
EXPOSE 8888
CMD ["deno", "task", "lab", "--no-browser", "--host", "0.0.0.0"]
